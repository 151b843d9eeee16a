'use strict'

const { Readable } = require('node:stream')
const { renderToPipeableStream } = require('react-dom/server')
const { reactPage, render } = require('./engines.cjs')

const filler = `<ul>${Array.from({ length: 60 }, (_, at) => `<li>row ${at} of what comes first</li>`).join('')}</ul>`
const begun = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><body>${filler}`

/** What a request of `/<kind>?v=` is answered with: a body, text or a stream, and its type. */
exports.answerTo = (url) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const [, kind, engine, place] = pathname.split('/')
  const v = searchParams.get('v') ?? ''
  const html = 'text/html; charset=utf-8'
  switch (kind) {
    case 'raw':
    case 'escaped':
      return { type: html, body: render(engine, place, kind === 'raw', v) }
    case 'streamed':
      return { type: html, body: Readable.from(streamed(v)) }
    case 'react':
      return { type: html, body: null, react: () => renderToPipeableStream(reactPage('text', engine === 'raw', v)) }
    case 'api':
      return { type: 'application/json; charset=utf-8', body: JSON.stringify({ you: { said: v } }) }
    case 'plain':
      return { type: 'text/plain; charset=utf-8', body: `you said ${v}`, nosniff: true }
    case 'download':
      return { type: 'application/octet-stream', body: `you said ${v}`, download: true }
    case 'sniffed':
      return { type: null, body: `<html><body>${v}</body></html>` }
    case 'sniffed-text':
      return { type: null, body: `you said ${v}` }
    default:
      return { type: html, body: '<!doctype html><title>ok</title>ok' }
  }
}

/** The first part is long gone when the next one comes. */
async function* streamed(v) {
  yield begun
  await new Promise((resolve) => setTimeout(resolve, 60))
  yield `<p>Hello ${v}!</p>`
  yield '<p>the end</p></body></html>'
}
