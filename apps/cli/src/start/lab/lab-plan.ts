/** A host of the lab: a network namespace with a process tree, users and files of its own. */
export interface LabHost {
  readonly name: string
  readonly namespace: string
  /** Its end of the pair of interfaces that leads to the control plane, and ours. */
  readonly link: { readonly ours: string; readonly theirs: string }
  readonly address: string
  readonly gateway: string
  /** Its address on the line between the two hosts, and its neighbour's. */
  readonly local: string
  readonly neighbour: string
  readonly tags: readonly string[]
}

export interface LabPlan {
  readonly hosts: readonly [LabHost, LabHost]
  /** Where agents of the lab reach the control plane. */
  readonly controlPlane: string
}

/**
 * Two hosts, each on a line of its own to the control plane, and on one line with each other. Names and addresses follow from the
 * agents' port, so that two products on one machine do not meet.
 */
export function planLab(agentPort: number): LabPlan {
  const net = `10.231.${agentPort % 251}`
  const host = (index: 0 | 1, name: string, tags: readonly string[]): LabHost => ({
    name,
    namespace: `riposte-${agentPort}-${name}`,
    // Names of interfaces have at most 15 characters.
    link: { ours: `rp${agentPort}h${index}`, theirs: 'eth0' },
    address: `${net}.${index * 4 + 2}`,
    gateway: `${net}.${index * 4 + 1}`,
    local: `${net}.${9 + index}`,
    neighbour: `${net}.${10 - index}`,
    tags,
  })
  return {
    hosts: [host(0, 'web-1', ['lab', 'web']), host(1, 'db-1', ['lab', 'database'])],
    controlPlane: `${net}.1`,
  }
}

/** The commands that make the lab's network: programs and arguments, in order. */
export function networkCommands({ hosts }: LabPlan): readonly (readonly [string, ...string[]])[] {
  const [first, second] = hosts
  const within = (host: LabHost, ...args: string[]): [string, ...string[]] => ['ip', '-n', host.namespace, ...args]
  return [
    ...hosts.flatMap((host): [string, ...string[]][] => [
      ['ip', 'netns', 'add', host.namespace],
      within(host, 'link', 'set', 'lo', 'up'),
      ['ip', 'link', 'add', host.link.ours, 'type', 'veth', 'peer', 'name', host.link.theirs, 'netns', host.namespace],
      ['ip', 'address', 'add', `${host.gateway}/30`, 'dev', host.link.ours],
      ['ip', 'link', 'set', host.link.ours, 'up'],
      within(host, 'address', 'add', `${host.address}/30`, 'dev', host.link.theirs),
      within(host, 'link', 'set', host.link.theirs, 'up'),
      within(host, 'route', 'add', 'default', 'via', host.gateway),
    ]),
    within(first, 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan0', 'netns', second.namespace),
    ...hosts.flatMap((host): [string, ...string[]][] => [
      within(host, 'address', 'add', `${host.local}/30`, 'dev', 'lan0'),
      within(host, 'link', 'set', 'lan0', 'up'),
    ]),
  ]
}

export interface HostPrograms {
  readonly node: string
  readonly agent: string
  readonly services: string
  readonly stateDir: string
  /** Where agents connect, such as `https://10.231.226.1:7476`. */
  readonly controlPlaneUrl: string
  /** null: enrolled by an earlier start. */
  readonly token: string | null
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * What the first process of a lab host does: its own name, users and files, which nobody else sees, something to respond to, and the
 * agent, which is started again when it ends. Runs in new mount, process and host-name namespaces. The password of its user is the hash
 * of nothing that anybody knows.
 */
export function hostScript(host: LabHost, programs: HostPrograms): string {
  // As its systemd unit has it: a small young generation keeps an idle agent small.
  const agent = `${quote(programs.node)} --max-semi-space-size=2 ${quote(programs.agent)}`
  return `set -eu
hostname ${quote(host.name)}
mount --make-rprivate /
overlay=$(mktemp -d)
mount -t tmpfs -o mode=0755 riposte-lab "$overlay"
mkdir "$overlay/upper" "$overlay/work"
mount -t overlay riposte-lab -o "lowerdir=/etc,upperdir=$overlay/upper,workdir=$overlay/work" /etc
mount -t tmpfs -o mode=0755 riposte-lab /srv
printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n' ${quote(host.name)} > /etc/hosts
grep -q '^alice:' /etc/passwd || { echo 'alice:x:4101:4101:Alice:/srv/alice:/bin/sh' >> /etc/passwd; echo 'alice:x:4101:' >> /etc/group; echo 'alice:$6$lab$${'x'.repeat(86)}:19000:0:99999:7:::' >> /etc/shadow; }
mkdir -p /srv/www/uploads /srv/alice
chown 4101:4101 /srv/alice
printf 'Nothing good: a lab file to be quarantined.\\n' > /srv/www/uploads/shell.php
cp /bin/sleep /srv/www/uploads/kworker-update
setpriv --reuid 65534 --regid 65534 --clear-groups /srv/www/uploads/kworker-update 1000000 &
${quote(programs.node)} ${quote(programs.services)} ${quote(host.name)} ${quote(host.local)} ${quote(host.neighbour)} > /srv/www/services.log 2>&1 &
setsid setpriv --reuid 4101 --regid 4101 --clear-groups script -qfc 'exec tail -f /dev/null' /dev/null > /dev/null 2>&1 < /dev/null &
${programs.token === null ? '' : `${agent} enroll --url ${quote(programs.controlPlaneUrl)} --token ${quote(programs.token)} --name ${quote(host.name)} --state-dir ${quote(programs.stateDir)} || exit 3\n`}trap 'trap - TERM; kill -TERM $agent 2>/dev/null; wait $agent; exit 0' TERM
while :; do
  ${agent} run --state-dir ${quote(programs.stateDir)} &
  agent=$!
  code=0
  wait $agent || code=$?
  echo "The agent of ${host.name} ended with code $code; starting it again in 2 s." >&2
  sleep 2
done
`
}
