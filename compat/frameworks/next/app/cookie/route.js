import { cookies } from 'next/headers'
import { ask } from '../../db.js'

export async function GET() {
  return Response.json(await ask((await cookies()).get('name').value))
}
