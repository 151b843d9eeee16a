/** A page with `#` where the value stands, and a value. */
export interface Case {
  readonly says: string
  readonly page: string
  readonly value: string
  /** What the app wrote, where that is not the value itself. */
  readonly written?: string
}

const one = (says: string, page: string, value: string, written?: string): Case =>
  written === undefined ? { says, page, value } : { says, page, value, written }

export const bodyOf = ({ page, value, written }: Case): string => page.replaceAll('#', () => written ?? value)

const text = '<p>Hello #, welcome</p>'

export const attacks: readonly Case[] = [
  one('an element in text', text, '<b>hi</b>'),
  one('a script in text', text, '<script>steal()</script>'),
  one('an image with a handler', text, '<img src=x onerror=steal()>'),
  one('an element that is not closed', text, '<img src=x onerror=steal()//'),
  one('a comment', text, 'x<!-- y'),
  one('a closed element', '<div>#<i>x</i></div>', 'x</div>'),
  one('the end of a title', '<title>#</title><p>x</p>', '</title><img src=x onerror=steal()>'),
  one('the end of a text area', '<textarea>#</textarea>', '</textarea ><b>x</b>'),
  one('the end of a comment', '<!-- # --><p>x</p>', 'x --!><b>x</b>'),
  one('the end of a value', '<input value="#">', 'x" onfocus="steal()" autofocus="'),
  one('the end of a value in single quotes', "<input value='#'>", "x' onfocus='steal()"),
  one('the end of a value without quotes', '<input value=# name=q>', 'x onfocus=steal()'),
  one('words behind a value without quotes', '<input value=# name=q>', 'hello world'),
  one('a quote that nobody closes', '<input value="#"><p>x</p>', '5"'),
  one('attributes where a name was meant', '<div #>x</div>', 'onclick=steal()'),
  one('an address that runs', '<a href="#">x</a>', 'javascript:steal()'),
  one('an address with references in it', '<a href="#">x</a>', 'java&Tab;script&colon;steal()'),
  one('an address with a line break', '<a href="#">x</a>', ' java\nscript:steal()'),
  one('a page in an address', '<iframe src="#"></iframe>', 'data:text/html,<b>x</b>', 'data:text/html,&lt;b>x&lt;/b>'),
  one('a refresh', '<meta http-equiv="refresh" content="0;url=#">', 'javascript:steal()'),
  one('the end of a string in a script', '<script>var q = "#"</script>', '";steal();"'),
  one('the end of a script', '<script>var q = "#"</script>', '</script><b>x</b>'),
  one('a comment in data that hides the end', '<script type="application/json">"#"</script>', '<!--<script>x'),
  one('the end of a string in a handler', '<b onclick="go(\'#\')">x</b>', "');steal('", '&#39;);steal(&#39;'),
  one('references in a handler', '<b onclick="go(\'#\')">x</b>', '&#39;);steal(&#39;'),
  one(
    'a page in a frame, escaped once',
    '<iframe srcdoc="#"></iframe>',
    '<img src=x onerror=steal()>',
    '&lt;img src=x onerror=steal()&gt;',
  ),
  one('a rule in a style', '<p style="color:#">x</p>', 'red;background:url(//x)'),
  one('an element in a style of SVG', '<svg><style>#</style></svg>', '<img src=x onerror=steal()>'),
  one('decoded', text, '%3Cimg%20src%3Dx%20onerror%3Dsteal()%3E', '<img src=x onerror=steal()>'),
  one('decoded from base64', text, 'PGltZyBzcmM9eCBvbmVycm9yPXN0ZWFsKCk+', '<img src=x onerror=steal()>'),
  one('references read', text, '&lt;img src=x onerror=steal()&gt;', '<img src=x onerror=steal()>'),
  one('in capital letters', text, '<img src=x onerror=steal()>', '<IMG SRC=X ONERROR=STEAL()>'),
  one('without its quotes', text, '<img src="x" onerror="steal(1)">', '<img src=x onerror=steal(1)>'),
  one('what a filter left', text, '<scr<script>ipt>steal()</scr</script>ipt>', '<script>steal()</script>'),
  one('with escaped quotes', text, '<img src="x" onerror="steal(1)">', '<img src=\\"x\\" onerror=\\"steal(1)\\">'),
  one(
    'with quotes as references',
    text,
    '<img src="x" onerror="steal(1)">',
    '<img src=&quot;x&quot; onerror=&quot;steal(1)&quot;>',
  ),
  one(
    'cut off',
    text,
    `<img src=x onerror=steal(12345)>${'x'.repeat(80)}`,
    `<img src=x onerror=steal(12345)>${'x'.repeat(9)}`,
  ),
  one(
    'escaped here and not there',
    '<h1>&lt;img src=x onerror=steal()&gt;</h1><p>#</p>',
    '<img src=x onerror=steal()>',
  ),
]

export const benign: readonly Case[] = [
  one('words', text, "Mary O'Brien & sons"),
  one('a comparison', text, 'a < b and b > c'),
  one('a heart', text, 'I <3 you'),
  one('escaped markup', text, '<b>hi</b>', '&lt;b&gt;hi&lt;/b&gt;'),
  one('escaped by numbers', text, '<b>"hi"</b>', '&#60;b&#62;&#34;hi&#34;&#60;/b&#62;'),
  one('markup in a title', '<title>#</title>', '<b>hi</b>'),
  one('markup in a text area', '<textarea>#</textarea>', '<script>x()</script>'),
  one('markup in a value', '<input value="#">', '<b>hi</b>'),
  one('the other quote', '<input value="#">', "it's 5' long"),
  one('an escaped quote', '<input value="#">', 'x" onfocus="f()', 'x&quot; onfocus=&quot;f()'),
  one('a word without quotes', '<input value=#>', 'hello'),
  one('words in a comment', '<!-- # -->', 'a - b > c'),
  one('an address', '<a href="#">x</a>', 'https://example.com/?a=b&c=d'),
  one('an address of mail', '<a href="#">x</a>', 'mailto:mary@example.com'),
  one('an own address', '<a href="#">x</a>', '/a?next=javascript:f()'),
  one('an image', '<img src="#">', 'data:image/png;base64,iVBORw0KGgo='),
  one('nothing in an address', '<a href="javascript:void(0)">x</a>', 'javascript:void(0)'),
  one('a string in a script', '<script>var q = "#"</script>', 'it is "x"; f()', 'it is \\"x\\"; f()'),
  one(
    'data in a script',
    '<script type="application/json">{"q":"#"}</script>',
    '<b>"x"</b>',
    '\\u003cb>\\"x\\"\\u003c/b>',
  ),
  one('a value of a handler', '<b onclick="go(\'#\')">x</b>', 'hello world'),
  one('a colour', '<p style="color:#">x</p>', 'rgb(1, 2, 3)'),
  one('a tag that the page has too', '<p>One<br>two<br>#</p>', '<br>', '&lt;br&gt;'),
  one(
    'a tag that the page has, escaped once',
    '<div class="row">#</div>',
    '<div class="row">',
    '&lt;div class=&quot;row&quot;&gt;',
  ),
  one('a script that the page has, escaped once', '<script>f()</script>#', '<script>', '&lt;script&gt;'),
  one('words that are names of the page', '<div class="onclick" id="script">x</div>', 'onclick'),
  one('two words that stand in a tag', '<div class="a">x</div>', 'div class'),
  one('a sign that the page has', '<td>5</td>', '>5'),
  one('signs that every page has', '<a href="x">x</a>', '">'),
  one('a length', '<img width="5">', '5"'),
  one('code in a post', '<pre>#</pre>', 'if (a < b) { x = "<p>" }', 'if (a &lt; b) { x = &quot;&lt;p&gt;&quot; }'),
]
