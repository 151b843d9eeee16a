import { api, type RouteDefinition } from '@riposte/contract'
import { pathOf, readProblem, unreachable, type Answer, type Arguments } from './client.ts'

type BytesRoute = 'previewPeopleImport' | 'applyPeopleImport'

/** Sends a file as it is; the answer is read by the contract. @throws ApiError */
export async function sendFile<Id extends BytesRoute>(
  id: Id,
  file: Blob,
  query: Record<string, unknown> = {},
): Promise<Answer<Id>> {
  const route: RouteDefinition = api[id]
  const response = await fetch(pathOf(id, {}, query), {
    method: route.method,
    headers: { accept: 'application/json', 'content-type': 'application/octet-stream' },
    body: file,
    credentials: 'same-origin',
  }).catch(unreachable)
  if (!response.ok) throw await readProblem(response)
  return route.response?.parse(await response.json()) as Answer<Id>
}

/** Asks for a file by POST and hands it to the browser's downloads. @throws ApiError */
export async function saveFile(args: Arguments<'downloadEvidence'>, name: string): Promise<void> {
  const response = await fetch(pathOf('downloadEvidence', args.params), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(args.body),
    credentials: 'same-origin',
  }).catch(unreachable)
  if (!response.ok) throw await readProblem(response)
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
