import { Button, Drawer, Group, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { scriptInterpreters, type Script, type ScriptVersion } from '@riposte/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { scriptQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { confirm } from '../../ui/confirm.tsx'
import { ErrorState } from '../../ui/page.tsx'

type Draft = Pick<ScriptVersion, 'interpreter' | 'content' | 'destructive' | 'note'> & {
  readonly name: string
  readonly description: string
  readonly postCheck: string
}

/** A new script, or a new version of one. */
export function ScriptForm({ script, close }: { script: Script | null; close: () => void }) {
  const newest = script?.versions[0]
  const [start] = useState<Draft>({
    name: script?.name ?? '',
    description: script?.description ?? '',
    interpreter: newest?.interpreter ?? 'bash',
    content: newest?.content ?? '',
    postCheck: newest?.postCheck ?? '',
    destructive: newest?.destructive ?? true,
    note: '',
  })
  const [draft, setDraft] = useState(start)
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })
  const save = useMutation({
    mutationFn: () => {
      const { name, description, postCheck, ...version } = draft
      const body = { ...version, postCheck: postCheck.trim() === '' ? null : postCheck }
      return script && newest
        ? call('addScriptVersion', { params: { scriptId: script.id }, body: { ...body, after: newest.version } })
        : call('createScript', { body: { ...body, name, description } })
    },
    onSuccess: (saved) => {
      queryClient.setQueryData(scriptQueries.one(saved.id).queryKey, saved)
      void queryClient.invalidateQueries({ queryKey: ['scripts'] })
      close()
      go(paths.script(saved.id))
    },
  })
  const placed = placeErrors(save.error instanceof ApiError ? save.error.errors : undefined, Object.keys(draft))
  const leave = (): void => {
    if (JSON.stringify(draft) === JSON.stringify(start)) close()
    else confirm({ title: 'Discard changes', body: 'What you wrote is not saved.', act: 'Discard changes', run: close })
  }
  return (
    <Drawer
      opened
      onClose={leave}
      title={script ? `New version of ${script.name}` : 'Add script'}
      position="right"
      size="xl"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack>
          {script ? (
            <Text size="sm">
              Runs of older versions that have not begun become void. Somebody else than you must approve this one.
            </Text>
          ) : (
            <>
              <TextInput
                label="Name"
                required
                maxLength={100}
                error={placed.at['name']}
                value={draft.name}
                onChange={(event) => change({ name: event.currentTarget.value })}
              />
              <Textarea
                label="What it does"
                autosize
                maxLength={2_000}
                error={placed.at['description']}
                value={draft.description}
                onChange={(event) => change({ description: event.currentTarget.value })}
              />
            </>
          )}
          <Select
            label="Interpreter"
            allowDeselect={false}
            data={[...scriptInterpreters]}
            value={draft.interpreter}
            error={placed.at['interpreter']}
            onChange={(interpreter) => interpreter && change({ interpreter })}
          />
          <Textarea
            label="Script"
            description="Arguments come as they are, never through a shell"
            required
            autosize
            minRows={10}
            maxRows={24}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            error={placed.at['content']}
            value={draft.content}
            onChange={(event) => change({ content: event.currentTarget.value })}
          />
          <Textarea
            label="Post-check"
            description="Same interpreter; ends with 0 when the effect is there. Runs for verification; empty: none"
            autosize
            minRows={2}
            maxRows={12}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            error={placed.at['postCheck']}
            value={draft.postCheck}
            onChange={(event) => change({ postCheck: event.currentTarget.value })}
          />
          <Switch
            label="Destructive: each run waits for a second person"
            checked={draft.destructive}
            onChange={(event) => change({ destructive: event.currentTarget.checked })}
          />
          <TextInput
            label="Note"
            description="What is different"
            maxLength={500}
            error={placed.at['note']}
            value={draft.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
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
            <Button type="submit" loading={save.isPending}>
              {script ? 'Save new version' : 'Add script'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
