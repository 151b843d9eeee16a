import { Alert, Button, Code, Drawer, FileInput, Group, Stack, Switch, Text } from '@mantine/core'
import { maxPeopleCsvBytes, type ImportPreview } from '@riposte/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { sendFile } from '../../api/files.ts'
import { queryClient } from '../../api/query.ts'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { plural } from '../../ui/words.ts'

/** A file is looked at first; what was looked at is what is applied. */
export function ImportPeople({ close }: { close: () => void }) {
  const [file, setFile] = useState<File | null>(null)
  const [skipErrors, setSkipErrors] = useState(false)
  const preview = useMutation({ mutationFn: (chosen: File) => sendFile('previewPeopleImport', chosen) })
  const apply = useMutation({
    mutationFn: ({ chosen, sha256 }: { chosen: File; sha256: string }) =>
      sendFile('applyPeopleImport', chosen, { sha256, skipErrors }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['people'] }),
  })
  const choose = (chosen: File | null): void => {
    setFile(chosen)
    apply.reset()
    preview.reset()
    if (chosen && chosen.size <= maxPeopleCsvBytes) preview.mutate(chosen)
  }
  const found = preview.data
  const why = whyNotApply(found, skipErrors, apply.isSuccess)
  return (
    <Drawer opened onClose={close} title="Import people from CSV" position="right" size="lg">
      <Stack>
        <Text size="sm">
          The first line names the columns; <span className="mono">name</span> and <span className="mono">email</span>{' '}
          must be there:
        </Text>
        <Code block tabIndex={0} aria-label="Example">
          {
            'name,email,user_name,department,manager,external_id,active\nAna Ruiz,ana@example.org,ana,Finance,,E-17,true'
          }
        </Code>
        <FileInput
          label="CSV file"
          accept=".csv,text/csv"
          clearable
          value={file}
          onChange={choose}
          error={file && file.size > maxPeopleCsvBytes ? `At most 16 MiB; this one has ${file.size} bytes` : undefined}
        />
        {preview.error ? <ErrorState error={preview.error} /> : null}
        {found ? <Found preview={found} /> : null}
        {found && found.errorCount > 0 && !apply.isSuccess ? (
          <Switch
            label="Leave lines with errors out"
            checked={skipErrors}
            onChange={(event) => setSkipErrors(event.currentTarget.checked)}
          />
        ) : null}
        {apply.error ? <ErrorState error={apply.error} /> : null}
        {apply.data ? (
          <Alert role="status" title={`Done: ${apply.data.create} added, ${apply.data.update} changed`}>
            Importing the same file again changes nothing.
          </Alert>
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Close
          </Button>
          <DisabledReason why={why}>
            <Button
              disabled={why !== null}
              loading={apply.isPending}
              onClick={() => file && found && apply.mutate({ chosen: file, sha256: found.sha256 })}
            >
              {found ? `Import ${plural(found.create + found.update, 'person', 'people')}` : 'Import'}
            </Button>
          </DisabledReason>
        </Group>
      </Stack>
    </Drawer>
  )
}

function whyNotApply(found: ImportPreview | undefined, skipErrors: boolean, done: boolean): string | null {
  if (!found) return 'Choose a file first'
  if (done) return 'It is done'
  if (found.create + found.update === 0) return 'Nothing in the file would change anything'
  return found.errorCount > 0 && !skipErrors ? 'Some lines have errors: correct them, or leave them out' : null
}

const Found = ({ preview }: { preview: ImportPreview }) => (
  <Stack gap="xs" aria-label="What the file would do" role="group">
    <Text size="sm" fw={600} role="status">
      {plural(preview.rows, 'line')}: {preview.create} to add, {preview.update} to change, {preview.unchanged} as they
      are, {plural(preview.errorCount, 'error')}
    </Text>
    {preview.errors.length > 0 ? (
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Errors">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Column</th>
              <th scope="col">What is wrong</th>
              <th scope="col">What would be right</th>
            </tr>
          </thead>
          <tbody>
            {preview.errors.map((error, index) => (
              <tr key={index}>
                <td>{error.line}</td>
                <td className="mono">{error.column}</td>
                <td>{error.message}</td>
                <td>{error.allowed}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {preview.errorCount > preview.errors.length ? (
          <Text size="sm">and {preview.errorCount - preview.errors.length} more</Text>
        ) : null}
      </div>
    ) : null}
    {preview.sample.map(({ line, change, name, email }) => (
      <Text size="sm" key={line}>
        {change === 'create' ? '+ add' : '~ change'} {name} &lt;{email}&gt;
      </Text>
    ))}
  </Stack>
)
