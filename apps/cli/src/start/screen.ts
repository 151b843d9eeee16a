export interface Addresses {
  readonly console: string
  readonly shop: string
  readonly signin: string
}

const attacker = `-H 'X-Forwarded-For: 203.0.113.7'`

/** Attacks to paste, each with what will happen. */
export const attacks = (shop: string): { title: string; command: string; outcome: string }[] => [
  {
    title: 'Dump every customer through the product search',
    command: `curl -i -G ${attacker} ${shop}/products --data-urlencode "q=%' union select id, email, password, 0, 0 from customer --"`,
    outcome: '403 with a reference; the incident with that reference is in the console within a second',
  },
  {
    title: 'Sign in as the admin without a password',
    command: `curl -i ${attacker} -H 'Content-Type: application/json' ${shop}/login -d '{"email":"admin@example.org'"'"' --","password":"x"}'`,
    outcome: '403; its page marks the part that was injected',
  },
  {
    title: "Read everybody's orders",
    command: `curl -i ${attacker} "${shop}/orders/0%20or%201=1"`,
    outcome: '403; make a rule for it in Workflow (log only), run it again: it dumps the orders, and is recorded',
  },
  {
    title: 'Run a command of your own on the machine',
    command: `curl -i ${attacker} "${shop}/invoices/1;id"`,
    outcome: '403: the number of an invoice began another command',
  },
  {
    title: 'Read a file outside of the downloads',
    command: `curl -i ${attacker} "${shop}/downloads?file=../package.json"`,
    outcome: '403: the name climbed out of its folder',
  },
  {
    title: 'Make the shop call an address inside',
    command: `curl -i ${attacker} -H 'Content-Type: application/json' ${shop}/images -d '{"url":"http://169.254.169.254/latest/meta-data/"}'`,
    outcome: '403: the address of a picture led to a metadata service',
  },
  {
    title: "Read everybody's wishes with an operator",
    command: `curl -i -g ${attacker} "${shop}/wishes?owner[\\$ne]=nobody"`,
    outcome: '403: an object stood where a name was meant',
  },
  {
    title: 'Run JavaScript in the shop',
    command: `curl -i -G ${attacker} ${shop}/greeting --data-urlencode 'name=" + process.version + "'`,
    outcome: '403: a name became code',
  },
  {
    title: 'Put a script into a page',
    command: `curl -i -G ${attacker} ${shop}/search --data-urlencode 'q=<script>alert(1)</script>'`,
    outcome: '403: what was looked for became markup',
  },
  {
    title: 'Give every object of the shop a property',
    command: `curl -i ${attacker} -H 'Content-Type: application/json' ${shop}/preferences -d '{"__proto__":{"isAdmin":true}}'`,
    outcome: '403: a name led to the prototype that all objects share, which is as it was',
  },
  {
    title: 'Lead somebody away by a link of the shop',
    command: `curl -i -G ${attacker} ${shop}/go --data-urlencode 'to=https://example.net/sign-in'`,
    outcome: '403: the address of another site came with the request',
  },
]

/** @param devices lines about the hosts that can be responded on, or why there are none */
export function screen(at: Addresses, devices: readonly string[]): string {
  const lines = [
    '',
    '  Riposte is running.',
    '',
    `  Console   ${at.signin}`,
    '            (signs you in once; `npm run -s riposte -- sign-in-link` makes a new link)',
    `  Shop      ${at.shop}   (an example app with holes, guarded by Riposte)`,
    '',
    ...devices.map((line) => `  ${line}`),
    '',
    '  Attacks to paste into another terminal:',
    '',
    ...attacks(at.shop).flatMap(({ title, command, outcome }, index) => [
      `  ${index + 1}. ${title}`,
      `     ${command}`,
      `     -> ${outcome}`,
      '',
    ]),
    '  Ctrl-C stops everything; the data stays.',
    '',
  ]
  return lines.join('\n')
}
