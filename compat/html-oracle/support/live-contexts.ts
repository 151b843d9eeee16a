import type { Context } from './pages.ts'

const context = (says: string, before: string, after: string): Context => ({ says, before, after })

/** Places where a value may run without a change of the page's structure, or must end more than one thing to run. */
export const liveContexts: readonly Context[] = [
  context('a string in double quotes', '<script>var a = "', '";</script><p>b</p>'),
  context('a string in single quotes', "<script>var a = '", "';</script><p>b</p>"),
  context('a template', '<script>var a = `', '`;</script><p>b</p>'),
  context('a value of a script', '<script>var a = ', ';</script><p>b</p>'),
  context('a comment of a script', '<script>/* ', ' */ var a = 1;</script><p>b</p>'),
  context('a handler with a string', '<button onclick="f(\'', '\')">Go</button>'),
  context('a handler in single quotes', '<button onclick=\'f("', '")\'>Go</button>'),
  context('a handler with a value', '<button onclick="f(', ')">Go</button>'),
  context('a handler without quotes', '<button onclick=f(', ')>Go</button>'),
  context('the address of a link', '<a href="', '">more</a>'),
  context('the address of a link in single quotes', "<a href='", "'>more</a>"),
  context('the address of a link without quotes', '<a href=', '>more</a>'),
  context('the address of a form', '<form action="', '"><button>Go</button></form>'),
  context('the address of a button', '<form><button formaction="', '">Go</button></form>'),
  context('the address of a frame', '<iframe src="', '"></iframe>'),
  context('the page in a frame', '<iframe srcdoc="', '"></iframe>'),
  context('a script in an address', '<a href="javascript:f(\'', '\')">more</a>'),
  context('a link in SVG', '<svg><a xlink:href="', '"><text y=20>more</text></a></svg>'),
  context('a script in SVG', '<svg><script>var a = "', '"</script></svg>'),
]
