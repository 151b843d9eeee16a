import { ask } from '../../db.js'

export async function POST(request) {
  return Response.json(await ask((await request.json()).filter[0].name))
}
