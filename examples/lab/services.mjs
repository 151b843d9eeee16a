import http from 'node:http'
import { setInterval } from 'node:timers'

// What runs on a lab host: a web page for its neighbours, and something that calls the neighbour every two seconds.
// Usage: node services.mjs NAME OWN_ADDRESS NEIGHBOUR_ADDRESS
const [, , name, own, neighbour] = process.argv

http
  .createServer((_request, response) => response.end(`This is ${name}.\n`))
  .listen(8080, own, () => console.log(`${name} answers on http://${own}:8080`))

let said = ''
const call = () => {
  const request = http.get({ host: neighbour, port: 8080, timeout: 1_500 }, (response) => {
    response.resume()
    tell('reaches')
  })
  request.on('timeout', () => request.destroy(new Error('no answer')))
  request.on('error', () => tell('does not reach'))
}
const tell = (how) => {
  if (how !== said) console.log(`${new Date().toISOString()} ${name} ${how} ${neighbour}`)
  said = how
}
setInterval(call, 2_000)
call()
