import { Alert } from '@mantine/core'
import type { ResponseDetail } from '@riposte/contract'
import { reasonWord } from '../../ui/words.ts'

/** What a person must know before anything else. */
export function Troubles({ response }: { response: ResponseDetail }) {
  const { verification, containment, cancelRequested } = response
  return (
    <>
      {response.status === 'failed' && response.reason ? (
        <Alert color="red" variant="outline" title={reasonWord(response.reason)}>
          {response.detail}
        </Alert>
      ) : null}
      {verification?.state === 'failed' ? (
        <Alert color="red" variant="outline" title="Verification failed: the effect is not there">
          {verification.detail} Verify again, or ask for it once more.
        </Alert>
      ) : null}
      {verification?.state === 'inconclusive' ? (
        <Alert color="yellow" variant="outline" title="Verification could not tell whether the effect is there">
          {verification.detail}
        </Alert>
      ) : null}
      {containment?.state === 'drifted' ? (
        <Alert color="red" variant="outline" title="Drifted: something on the host took it away">
          {response.detail ?? 'The agent puts it back where it can. Find out who or what changed it.'}
        </Alert>
      ) : null}
      {cancelRequested && (response.status === 'queued' || response.status === 'executing') ? (
        <Alert color="yellow" variant="outline" title={`${cancelRequested.by.name} asked to cancel it`}>
          {cancelRequested.reason}. The agent’s answer decides.
        </Alert>
      ) : null}
    </>
  )
}
