'use strict'

// An app with a protection of its own, to see every action carried out: what holds EVIL is an attack.
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { monitor } = require('@riposte/monitor')

const folder = process.env.APP_FOLDER
const told = []
const secret = Buffer.from('the secret')

monitor.registerProtection({
  spec: {
    id: 'OwnProtection',
    title: 'Own protection',
    summary: 'Finds EVIL.',
    severity: 'high',
    defaultAction: 'log',
    kinds: ['prompt', 'file'],
    settings: {},
    explanation: { what: 'EVIL.', whatToDo: 'Nothing.', references: [] },
  },
  detect(operation, inputs) {
    const input = inputs.find(({ value }) => value.includes('EVIL'))
    return input ? { confidence: 0.9, reason: 'It is evil.', input, inputSpan: null, operationSpan: null } : null
  },
})
monitor.registerAction('default', (threat) => void told.push({ by: 'default', threat }))
monitor.registerAction('tell', async (threat, tools) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  told.push({ by: 'tell', threat, tools: Object.keys(tools) })
})
monitor.registerAction('broken', () => {
  throw new Error('the handler broke')
})
monitor.registerAction('rejecting', async () => {
  throw new Error('the handler broke later')
})
monitor.registerAction('endless', () => new Promise(() => {}), { timeoutMs: 50 })
monitor.registerAction('judge', async ({ evidence }) => (evidence.value.includes('fine') ? 'allow' : 'block'), {
  decides: true,
})
monitor.registerAction('late judge', () => new Promise(() => {}), { decides: true, timeoutMs: 50, otherwise: 'allow' })
monitor.registerAction('bans', (_threat, tools) => {
  tools.blockIp(60)
  tools.blockSession(60)
})
monitor.registerSecret(secret)
monitor.registerEraser(() => fs.writeFileSync(path.join(folder, 'eraser-ran'), secret))
process.on('exit', () => fs.writeFileSync(path.join(folder, 'exit-handler-ran'), ''))
monitor.start()

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const value = url.searchParams.get('v') ?? ''
  const user = request.headers['x-user']
  if (user) monitor.identify({ userId: user, sessionId: `session of ${user}` })
  const answer = (text) => response.end(text)
  switch (url.pathname) {
    case '/check': {
      const refusal = monitor.check('prompt', { text: value })
      return answer(refusal ? `refused: ${refusal.name}` : 'passed')
    }
    case '/file':
      return fs.promises.readFile(path.join(folder, 'note.txt')).then(answer, ({ name }) => answer(`failed: ${name}`))
    case '/callback':
      return fs.readFile(path.join(folder, 'note.txt'), (error, text) => answer(error ? `failed: ${error.name}` : text))
    case '/stored':
      // What somebody stored earlier is judged like what came with the request.
      return monitor.runWithInputs({ row: { body: ['kept', url.searchParams.get('stored')] } }, async () => {
        await new Promise((resolve) => setImmediate(resolve))
        fs.readFile(path.join(folder, 'note.txt'), (error, text) => answer(error ? `failed: ${error.name}` : text))
      })
    case '/told':
      return answer(JSON.stringify(told))
    default:
      return answer('ok')
  }
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => process.send({ status: monitor.status(), explain: monitor.explain() }))
process.on('disconnect', () => process.exit(0))
