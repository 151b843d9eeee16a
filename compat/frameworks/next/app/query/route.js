import { ask } from '../../db.js'

export async function GET(request) {
  return Response.json(await ask(request.nextUrl.searchParams.get('name')))
}
