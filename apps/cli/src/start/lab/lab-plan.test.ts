import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { hostScript, networkCommands, planLab } from './lab-plan.ts'

test('interfaces have names that the kernel takes, whatever the port', () => {
  for (const port of [1, 7_476, 65_535])
    for (const command of networkCommands(planLab(port))) {
      const at = command.indexOf('add')
      const name = command[at + 1] ?? ''
      if (command.includes('veth')) expect(name.length, command.join(' ')).toBeLessThanOrEqual(15)
    }
})

test('every address is given once, and each host has the other for its neighbour', () => {
  const plan = planLab(7_476)
  const [first, second] = plan.hosts
  expect([first.neighbour, second.neighbour]).toEqual([second.local, first.local])
  const given = networkCommands(plan).flatMap((command) => command.filter((part) => /\/30$/.test(part)))
  expect(new Set(given).size).toBe(given.length)
  expect(plan.controlPlane).toBe(first.gateway)
})

test('the script of a host is one that a shell reads, whatever the folders are called', () => {
  const [host] = planLab(7_476).hosts
  const odd = `/a b/it's "$HOME" \`id\``
  const script = hostScript(host, {
    node: odd,
    agent: odd,
    services: odd,
    stateDir: odd,
    controlPlaneUrl: 'https://10.231.226.1:7476',
    token: "rie1.a.b'c",
  })
  expect(spawnSync('sh', ['-n', '-c', script]).stderr.toString()).toBe('')
})
