import { Alert, Button, Drawer, Group, Stack, Text, Textarea } from '@mantine/core'
import type { ResponseRequest } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { responseQueries } from '../../api/defend-queries.ts'
import { placeErrors, readDraft, readFields, startDraft, type Draft } from '../../schema-form/fields.ts'
import { SchemaForm } from '../../schema-form/schema-form.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { useLeave } from '../../ui/use-leave.ts'

export interface EditRequestProps {
  readonly request: ResponseRequest
  readonly store: (request: ResponseRequest) => void
  readonly close: () => void
}

/** Changes what is asked, by whoever asked it, while it waits. Every vote is void afterwards. */
export function EditRequest({ request, store, close }: EditRequestProps) {
  const schema = useQuery(responseQueries.actions()).data?.items.find(({ id }) => id === request.type)?.parameters
  const fields = useMemo(() => (schema ? readFields(schema) : []), [schema])
  const [draft, setDraft] = useState<Draft | null>(null)
  const [justification, setJustification] = useState(request.justification)
  const now = draft ?? startDraft(fields, request.parameters)
  const { parameters, mistakes } = readDraft(fields, now)
  const save = useMutation({
    mutationFn: () =>
      call('editRequest', {
        params: { requestId: request.id },
        body: { version: request.version, digest: request.digest, parameters: { ...parameters }, justification },
      }),
    onSuccess: (saved) => {
      store(saved)
      close()
    },
  })
  const changed = draft !== null || justification !== request.justification
  const leave = useLeave(changed, 'this request', close)
  const placed = placeErrors(
    save.error instanceof ApiError ? save.error.errors : undefined,
    fields.map(({ name }) => name),
  )
  return (
    <Drawer opened onClose={leave} title={`Edit: ${request.sentence}`} position="right" size="md">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack>
          <Alert color="yellow" variant="outline" title="Every vote so far becomes void">
            Who approves sees what you changed.
          </Alert>
          <SchemaForm fields={fields} draft={now} change={setDraft} mistakes={{ ...placed.at, ...mistakes }} />
          <Textarea
            label="Justification"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            value={justification}
            onChange={(event) => setJustification(event.currentTarget.value)}
          />
          {save.error ? <ErrorState error={save.error} /> : null}
          {placed.rest.map((sentence) => (
            <Text size="sm" key={sentence}>
              {sentence}
            </Text>
          ))}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={Object.keys(mistakes).length > 0 || justification.trim().length < 3}
            >
              Save version {request.version + 1}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
