export type Form = 'json' | 'text' | 'binary'

const looksBinary = /^(?:PK\u0003\u0004|%PDF-|GIF8|\u001f|\u0089PNG|RIFF)|[\u0000-\u0008\u000e-\u001a\ufffd]/

/** What a body is: by what it holds where that is plain, else by what its content type says. */
export function formOf(contentType: string, body: string): Form {
  const start = body.slice(0, 256)
  const first = /^[\s\ufeff]*(?:\)\]\}',?\s*|while ?\(1\);|for ?\(;;\);|\/\*\*\/[\w.$]{1,80}\()?\s*(\S)/.exec(
    start,
  )?.[1]
  if (first === '{' || first === '[') return 'json'
  const says = contentType.toLowerCase()
  const isText = says === '' || /^\s*text\/|json|xml|javascript|ecmascript|yaml|x-www-form|graphql|csv|toml/.test(says)
  if (!isText && looksBinary.test(start)) return 'binary'
  if (/json|event-stream/.test(says) && first !== '<') return 'json'
  return isText || !/^\s*(?:image|audio|video|font)\//.test(says) ? 'text' : 'binary'
}
