import { ask } from '../../../db.js'

export async function GET(_request, { params }) {
  return Response.json(await ask(decodeURIComponent((await params).name)))
}
