import { headers } from 'next/headers'
import { ask } from '../../db.js'

export async function GET() {
  return Response.json(await ask((await headers()).get('x-name')))
}
