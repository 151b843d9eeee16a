'use strict'

const http = require('node:http')
const http2 = require('node:http2')
const path = require('node:path')
const { promisify } = require('node:util')

/** The same holes through every form that Node offers. What is imported comes from the app, in its own way of importing. */
exports.serve = ({
  fs,
  promises,
  exec,
  execSync,
  execFile,
  execFileSync,
  spawn,
  spawnSync,
  vm,
  Worker,
  request,
  dns,
}) => {
  const base = path.join(process.env.APP_FOLDER, 'public')
  const inside = (name) => path.join(base, name)
  const collect = (stream, done) => {
    const chunks = []
    stream.on('data', (chunk) => chunks.push(chunk))
    stream.on('end', () => done(null, Buffer.concat(chunks).toString()))
  }
  const fetchText = (url) => fetch(url).then((answer) => answer.text())
  const routes = {
    '/readFile': (v, done) => fs.readFile(inside(v), 'utf8', done),
    '/readFileSync': (v, done) => done(null, fs.readFileSync(inside(v), 'utf8')),
    '/promises': (v, done) => promises.readFile(inside(v), 'utf8').then((text) => done(null, text), done),
    '/open': async (v, done) => {
      const file = await promises.open(inside(v))
      done(null, await file.readFile('utf8'))
      await file.close()
    },
    '/url': (v, done) => fs.readFile(new URL(`file://${base}/${v}`), 'utf8', done),
    '/buffer': (v, done) => fs.readFile(Buffer.from(`${base}/${v}`), 'utf8', done),
    '/stream': (v, done, response) => fs.createReadStream(inside(v)).pipe(response),
    '/streamEvents': (v, done) => {
      const stream = fs.createReadStream(inside(v))
      stream.on('error', done)
      collect(stream, done)
    },
    '/resolve': (v, done) => fs.readFile(path.resolve(base, v), 'utf8', done),
    '/template': (v, done) => fs.readFile(`${base}/${v}`, 'utf8', done),
    '/checked': (v, done) => {
      const file = inside(v)
      if (!file.startsWith(base + path.sep)) return done(null, 'outside')
      fs.readFile(file, 'utf8', done)
    },
    '/basename': (v, done) => fs.readFile(inside(path.basename(v)), 'utf8', done),
    '/exists': (v, done) => done(null, String(fs.existsSync(inside(v)))),
    '/copy': (v, done) => fs.copyFile(inside(v), inside('copy.txt'), (error) => done(error, 'copied')),
    '/rename': (v, done) => fs.rename(inside(v), inside('moved.txt'), (error) => done(error, 'moved')),

    '/exec': (v, done) => exec(`echo hello ${v}`, done),
    '/execPromise': (v, done) => promisify(exec)(`echo hello ${v}`).then(({ stdout }) => done(null, stdout), done),
    '/execSync': (v, done) => done(null, execSync(`echo hello ${v}`).toString()),
    '/spawnShell': (v, done) => collect(spawn(`echo hello ${v}`, { shell: true }).stdout, done),
    '/spawnSyncShell': (v, done) => {
      const { error, stdout } = spawnSync('echo', ['hello', v], { shell: true })
      done(error, String(stdout))
    },
    '/execFileSh': (v, done) => execFile('sh', ['-c', `echo hello ${v}`], done),
    '/execFileSyncSh': (v, done) => done(null, execFileSync('sh', ['-c', `echo hello ${v}`]).toString()),
    '/quoted': (v, done) => exec(`echo 'hello ${v.replaceAll("'", "'\\''")}'`, done),
    '/execFile': (v, done) => execFile('echo', ['hello', v], done),
    '/spawn': (v, done) => collect(spawn('echo', ['hello', v]).stdout, done),

    '/http': (v, done) =>
      request(v, (answer) => collect(answer, done))
        .on('error', done)
        .end(),
    '/httpOptions': (v, done) => {
      const { hostname, port, pathname } = new URL(v)
      request({ host: hostname, port, path: pathname }, (answer) => collect(answer, done))
        .on('error', done)
        .end()
    },
    '/http2': (v, done) => {
      const session = http2.connect(new URL(v).origin)
      session.on('error', done)
      const stream = session.request({ ':path': '/inside' })
      stream.on('error', () => {})
      collect(stream, (error, text) => {
        session.close()
        done(error, text)
      })
    },
    '/httpSilent': (v) => void request(v, (answer) => answer.resume()).end(),
    '/fetch': (v, done) => fetchText(v).then((text) => done(null, text), done),
    '/fetchHost': (v, done) => fetchText(`http://${v}/inside`).then((text) => done(null, text), done),
    '/fetchPath': (v, done) =>
      fetchText(`${process.env.INSIDE_URL}/inside?q=${v}`).then((text) => done(null, text), done),

    '/vm': (v, done) => done(null, String(vm.runInNewContext(`"${v}"`, { process }))),
    '/script': (v, done) => done(null, String(new vm.Script(`"${v}"`).runInThisContext())),
    '/Function': (v, done) => done(null, String(new Function('process', `return "${v}"`)(process))),
    '/constructor': (v, done) => done(null, String((() => 1).constructor('process', `return "${v}"`)(process))),
    '/asyncFunction': (v, done) =>
      Object.getPrototypeOf(async () => 1)
        .constructor(
          'process',
          `return "${v}"`,
        )(process)
        .then((text) => done(null, String(text)), done),
    '/eval': (v, done) => {
      const local = 'local'
      done(null, String(eval(`"${v}" + " " + local`)) + (local ? '' : local))
    },
    '/indirectEval': (v, done) => done(null, String((0, eval)(`"${v}"`))),
    '/worker': (v, done) => {
      const worker = new Worker(`require('node:worker_threads').parentPort.postMessage("${v}")`, { eval: true })
      worker.on('message', (text) => done(null, text)).on('error', done)
    },
    '/json': (v, done) => done(null, JSON.stringify(eval(`(${v})`))),

    '/lookup': (v, done) => dns.lookup(v, (error, address) => done(error, address)),
    '/ok': (v, done) => done(null, 'ok'),
  }
  const server = http.createServer((incoming, response) => {
    const url = new URL(incoming.url, 'http://localhost')
    const done = (error, text) => {
      if (error) response.statusCode = 500
      response.end(error ? `failed: ${error.name}` : text)
    }
    try {
      Promise.resolve(routes[url.pathname](url.searchParams.get('v'), done, response)).catch(done)
    } catch (error) {
      done(error)
    }
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status(), explain: monitor.explain() })
  })
  process.on('disconnect', () => process.exit(0))
}
