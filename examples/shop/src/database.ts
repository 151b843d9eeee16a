import pg from 'pg'

const url = process.env['SHOP_DATABASE_URL']
if (!url)
  throw new Error('SHOP_DATABASE_URL is not set: a PostgreSQL URL, for example postgres://user:password@localhost/shop')

// A schema of its own: the database may be shared.
export const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c search_path=shop' })

// An idle connection that breaks is replaced by the pool; without a listener it would end the process.
pool.on('error', (error) => console.error(`shop: database connection lost: ${error.message}`))

export async function migrate(): Promise<void> {
  await pool.query('create schema if not exists shop')
  await pool.query(`
    create table if not exists product (
      id int primary key, name text not null, category text not null, price_cents int not null, stock int not null, hidden boolean not null default false
    );
    create table if not exists customer (
      id int primary key, email text not null unique, name text not null, password text not null, card_last4 text not null
    );
    create table if not exists purchase (
      id int primary key, customer_id int not null references customer, product_id int not null references product, quantity int not null, placed_at date not null
    );
    create table if not exists review (
      id int generated always as identity primary key, product_id int not null references product, author text not null, stars int not null, body text not null
    );
  `)
  await pool.query(`insert into product values ${values(products)} on conflict do nothing`, products.flat())
  await pool.query(`insert into customer values ${values(customers)} on conflict do nothing`, customers.flat())
  await pool.query(`insert into purchase values ${values(purchases)} on conflict do nothing`, purchases.flat())
}

const values = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row, r) => `(${row.map((_, c) => `$${r * row.length + c + 1}`).join(', ')})`).join(', ')

const products = [
  [1, 'Trail lamp', 'outdoor', 3_490, 42, false],
  [2, "O'Hara tea kettle", 'kitchen', 5_900, 7, false],
  [3, 'Linen tablecloth', 'kitchen', 2_750, 19, false],
  [4, 'Field notebook', 'paper', 890, 310, false],
  [5, 'Beeswax candle', 'home', 1_200, 88, false],
  [6, 'Wool blanket', 'home', 8_900, 12, false],
  [7, 'Prototype lantern (not for sale)', 'outdoor', 0, 1, true],
] as const

const customers = [
  [1, 'maya@example.org', 'Maya Lindqvist', 'correct horse', '4242'],
  [2, 'tom@example.org', "Tom O'Brien", 'tea and biscuits', '1881'],
  [3, 'admin@example.org', 'Shop admin', 'never reuse this', '0005'],
] as const

const purchases = [
  [1001, 1, 1, 2, '2026-10-02'],
  [1002, 1, 4, 10, '2026-10-19'],
  [1003, 2, 2, 1, '2026-11-01'],
] as const
