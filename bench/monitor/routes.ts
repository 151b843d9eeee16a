const order = {
  customer: { name: 'Ada Lovelace', email: 'ada@example.org', address: '12 St. James Square, London' },
  note: "Please leave it with the neighbour; the bell doesn't work -- thank you!",
  lines: Array.from({ length: 22 }, (_, index) => ({
    sku: `LAMP-${1_000 + index}`,
    title: `Desk lamp, "brass & oak", no. ${index}`,
    quantity: 1 + (index % 3),
    price: 19.9 + index,
    options: { colour: 'warm white', gift: index % 2 === 0 },
  })),
}

/** What is asked of each server; `{i}` counts to 1,000, so that values differ from request to request. */
export const routes = [
  { id: 'json', title: 'GET json', method: 'GET', path: '/json?name=visitor-{i}', body: null },
  { id: 'post_json', title: 'POST json 3.2 KB', method: 'POST', path: '/json', body: JSON.stringify(order) },
  { id: 'pg', title: 'Postgres query', method: 'GET', path: '/pg?name=lamp-{i}', body: null },
  { id: 'pg_inlined', title: 'Postgres, value in text', method: 'GET', path: '/pg-inlined?name=lamp-{i}', body: null },
] as const

export type RouteId = (typeof routes)[number]['id']

export const attack = `/pg-hole?name=${encodeURIComponent("x' or '1'='1")}`
