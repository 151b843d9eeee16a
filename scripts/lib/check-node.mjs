// Read by old versions of Node too: nothing here may be newer than they are.
const need = [20, 19]

export function checkNode(version = process.versions.node) {
  const parts = version.split('.').map(Number)
  const old = parts[0] < need[0] || (parts[0] === need[0] && parts[1] < need[1])
  return old
    ? 'Riposte needs Node.js ' +
        need.join('.') +
        ' or later; this is ' +
        version +
        '. Get one at nodejs.org, then run the same command again.'
    : null
}
