import { ask } from '../../db.js'

export async function POST(request) {
  return Response.json(await ask((await request.formData()).get('upload').name))
}
