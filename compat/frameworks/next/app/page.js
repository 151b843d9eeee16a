import { ask } from '../db.js'

export const dynamic = 'force-dynamic'

export default async function Page({ searchParams }) {
  const { name = 'maya' } = await searchParams
  return <p>{JSON.stringify(await ask(name))}</p>
}
