'use strict'

const http = require('node:http')
const { Readable } = require('node:stream')

const staff =
  '<staff><user id="1"><name>maya</name><password>tea</password></user><user id="2"><name>O\'Brien</name><password>clover</password></user></staff>'

/** One hole for each library; each is imported by the app in its own way. */
exports.serve = ({ DOMParser, XMLParser, libxmljs, sax, xml2js, xpath }) => {
  const staffDocument = new DOMParser().parseFromString(staff, 'text/xml')
  const staffTree = libxmljs.parseXml(staff)
  const byName = (name) => `//user[name='${name}']/password`
  const texts = (nodes) =>
    nodes.map((node) => (typeof node.text === 'function' ? node.text() : node.textContent)).join()

  /** The document that was sent, as text and as bytes. */
  const documents = {
    '/libxml': (text) => libxmljs.parseXml(text, { noent: true }).root().text(),
    '/libxml-bytes': (_, bytes) => libxmljs.parseXml(bytes, { noent: true }).root().text(),
    '/libxml-string': (text) => libxmljs.parseXmlString(text, { dtdvalid: true }).root().text(),
    '/libxml-document': (text) => libxmljs.Document.fromXml(text, { noent: true }).root().text(),
    '/libxml-dtd': (text) => libxmljs.parseXml(text, { noent: true, dtdload: true }).root().text(),
    '/libxml-include': (text) => libxmljs.parseXml(text, { xinclude: true }).root().text(),
    '/libxml-huge': (text) => `${libxmljs.parseXml(text, { noent: true, huge: true }).root().text().length} letters`,
    '/libxml-plain': (text) => libxmljs.parseXml(text).root().text(),
    '/libxml-sax': (text) => {
      libxmljs.SaxParser({}).parseString(text)
      return 'read'
    },
    '/libxml-push': (text) => {
      const parser = libxmljs.SaxPushParser({})
      for (let at = 0; at < text.length; at += 10) parser.push(text.slice(at, at + 10))
      return 'read'
    },
    '/in-json': (text) => libxmljs.parseXml(JSON.parse(text).xml, { noent: true }).root().text(),
    '/in-base64': (text) => libxmljs.parseXml(Buffer.from(text, 'base64'), { noent: true }).root().text(),
    '/fast': (text) =>
      `${String(new XMLParser({ processEntities: { maxExpandedLength: 1e9, maxEntitySize: 1e6 } }).parse(text).r).length} letters`,
    '/xmldom': (text) =>
      new DOMParser({ onError: () => undefined }).parseFromString(text, 'text/xml').documentElement.textContent ||
      'empty',
    '/xml2js-callback': (text) =>
      new Promise((resolve, reject) => {
        xml2js.parseString(text, { strict: false }, (error, result) =>
          error ? reject(error) : resolve(JSON.stringify(result)),
        )
      }),
    '/xml2js-promise': async (text) => JSON.stringify(await xml2js.parseStringPromise(text, { strict: false })),
    '/xml2js-parser': async (text) =>
      JSON.stringify(await new xml2js.Parser({ strict: false }).parseStringPromise(text)),
    '/xml2js-async': async (text) =>
      JSON.stringify(await new xml2js.Parser({ strict: false, async: true }).parseStringPromise(text)),
    '/xml2js-events': (text) =>
      new Promise((resolve, reject) => {
        const parser = new xml2js.Parser({ strict: false })
        parser.on('end', (result) => resolve(JSON.stringify(result))).on('error', reject)
        parser.parseString(text)
      }),
    '/sax': (text) => {
      const parser = sax.parser(false)
      parser.write(text.slice(0, 20)).write(text.slice(20)).close()
      return 'read'
    },
    '/sax-stream': (text) =>
      new Promise((resolve, reject) => {
        const stream = sax.createStream(false)
        stream.on('end', () => resolve('read')).on('error', reject)
        Readable.from([Buffer.from(text.slice(0, 25)), Buffer.from(text.slice(25))]).pipe(stream)
      }),
    '/own-document': (text) =>
      libxmljs
        .parseXml(
          `<!DOCTYPE r [<!ENTITY co "Maya Ltd"><!ENTITY legal SYSTEM "legal.xml">]><r>&co;: ${text.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</r>`,
          { noent: false },
        )
        .root()
        .text(),
  }

  /** The name that was asked for. */
  const queries = {
    '/select': (name) => texts(xpath.select(byName(name), staffDocument)),
    '/select1': (name) => texts([xpath.select1(byName(name), staffDocument)]),
    '/namespaces': (name) => texts(xpath.useNamespaces({ a: 'urn:a' })(byName(name), staffDocument)),
    '/resolver': (name) => texts(xpath.selectWithResolver(byName(name), staffDocument, null)),
    '/parse': (name) => texts(xpath.parse(byName(name)).select({ node: staffDocument })),
    '/evaluate': (name) => {
      const found = xpath.evaluate(
        byName(name),
        staffDocument,
        null,
        xpath.XPathResult.ORDERED_NODE_SNAPSHOT_TYPE,
        null,
      )
      return texts(Array.from({ length: found.snapshotLength }, (_, at) => found.snapshotItem(at)))
    },
    '/find': (name) => texts(staffTree.find(byName(name))),
    '/get': (name) => texts([staffTree.get(byName(name))]),
    '/root-find': (name) => texts(staffTree.root().find(byName(name), {})),
    '/root-get': (name) => texts([staffTree.root().get(byName(name))]),
  }
  const careful = {
    '/variable': (name) =>
      texts(xpath.parse('//user[name=$name]/password').select({ node: staffDocument, variables: { name } })),
    '/concat': (name) =>
      texts(xpath.select(`//user[name=concat('', '${name.split("'").join(`', "'", '`)}')]/password`, staffDocument)),
    '/own': (name) =>
      staffTree.find("//user[name='maya' or @id=1]/name").some((node) => node.text() === name) ? 'here' : 'nobody',
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', async () => {
      const bytes = Buffer.concat(parts)
      try {
        const document = documents[url.pathname]
        const query = queries[url.pathname] ?? careful[url.pathname]
        const answer = document ? await document(bytes.toString(), bytes) : query(url.searchParams.get('name'))
        response.end(answer)
      } catch (error) {
        response.statusCode = 500
        response.end(`failed: ${error.message}`)
      }
    })
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status(), explain: monitor.explain() })
  })
  process.on('disconnect', () => process.exit(0))
}
