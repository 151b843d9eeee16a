'use strict'

/** The cookie `name`, as a framework without a cookie parser has it. */
exports.cookieOf = (header) => decodeURIComponent(/(?:^|;\s*)name=([^;]*)/.exec(header ?? '')?.[1] ?? '')

/** `filter[name]` of a query, as parsers that nest read it. */
exports.nestedOf = (url) => new URL(url, 'http://app').searchParams.get('filter[name]')

exports.readText = async (stream) => {
  let text = ''
  stream.setEncoding?.('utf8')
  for await (const chunk of stream) text += chunk
  return text
}
