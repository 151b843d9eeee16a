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
]

export function screen(at: Addresses): string {
  const lines = [
    '',
    '  Riposte is running.',
    '',
    `  Console   ${at.signin}`,
    '            (signs you in once; `npm run -s riposte -- sign-in-link` makes a new link)',
    `  Shop      ${at.shop}   (an example app with holes, guarded by Riposte)`,
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
