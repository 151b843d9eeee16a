import { Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { Permission } from '@riposte/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deviceQueries, peopleQueries, responseQueries } from '../api/defend-queries.ts'
import { queries } from '../api/query.ts'
import { paths } from '../paths.ts'
import { useCurrentProject } from './current-project.ts'
import { go } from './navigate.ts'
import { matches, type Place } from './places.ts'
import { openCommandLine, respond } from './respond.ts'

interface Hit {
  readonly id: string
  readonly label: string
  readonly note: string
  readonly run: () => void
}

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Pages, devices, people, responses, ids and actions in one list. Ctrl or Cmd and K. */
export function Palette({ places, close }: { places: readonly Place[]; close: () => void }) {
  const [text, setText] = useState('')
  const [slow] = useDebouncedValue(text.trim(), 150)
  const [chosen, setChosen] = useState(0)
  const hits = useHits(text.trim(), slow, places)
  const current = Math.min(chosen, hits.length - 1)
  const take = (hit: Hit | undefined): void => {
    if (!hit) return
    close()
    hit.run()
  }
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      size="lg"
      title={<span className="unseen">Search everything</span>}
      padding="sm"
      styles={{ header: { minHeight: 0, padding: 0 } }}
      yOffset="10dvh"
    >
      <Stack gap="xs">
        <TextInput
          data-autofocus
          role="combobox"
          aria-label="Search everything"
          aria-expanded="true"
          aria-controls="palette-hits"
          aria-activedescendant={hits[current] ? `hit-${hits[current].id}` : undefined}
          placeholder="A page, device, person, response id or action"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setChosen(Math.min(hits.length - 1, current + 1))
            else if (event.key === 'ArrowUp') setChosen(Math.max(0, current - 1))
            else if (event.key === 'Enter') take(hits[current])
            else return
            event.preventDefault()
          }}
        />
        <div id="palette-hits" role="listbox" aria-label="Found" className="palette" tabIndex={-1}>
          {hits.map((hit, index) => (
            <Group
              key={hit.id}
              id={`hit-${hit.id}`}
              role="option"
              aria-selected={index === current}
              className="palette-hit"
              justify="space-between"
              wrap="nowrap"
              onMouseMove={() => setChosen(index)}
              onClick={() => take(hit)}
            >
              <Text size="sm" truncate>
                {hit.label}
              </Text>
              <Text size="xs" className="quiet" style={{ whiteSpace: 'nowrap' }}>
                {hit.note}
              </Text>
            </Group>
          ))}
        </div>
        {hits.length === 0 ? (
          <Text size="sm" className="quiet" p="xs">
            Nothing found
          </Text>
        ) : null}
      </Stack>
    </Modal>
  )
}

function useHits(text: string, slow: string, places: readonly Place[]): Hit[] {
  const me = useQuery(queries.me()).data
  const project = useCurrentProject()
  const may = (permission: Permission): boolean => me?.permissions.includes(permission) === true
  const searching = slow.length > 0
  const devices = useQuery({ ...deviceQueries.find(slow), enabled: searching }).data?.items ?? []
  const people = useQuery({ ...peopleQueries.find(slow), enabled: searching && may('people.read') }).data?.items ?? []
  const actions = useQuery(responseQueries.actions()).data?.items ?? []
  const responses = useQuery({ ...responseQueries.of({ text: slow }, 8), enabled: slow.length > 2 }).data?.items ?? []
  const hits: Hit[] = places
    .filter(({ label }) => matches(label, text))
    .map(({ label, href }) => ({ id: href, label, note: 'page', run: () => go(href) }))
  if (matches('Response console', text))
    hits.push({ id: 'console', label: 'Response console', note: 'press :', run: () => openCommandLine() })
  if (text === '') return hits
  if (may('response.submit'))
    hits.push(
      ...actions
        .filter(({ title }) => matches(title, text))
        .map(({ id: type, title }) => ({
          id: type,
          label: `${title}…`,
          note: 'action',
          run: () => respond({ type, targets: [] }),
        })),
    )
  if (searching) {
    hits.push(
      ...devices.slice(0, 8).map((device) => ({
        id: device.id,
        label: device.name,
        note: `device, ${device.online ? 'online' : 'offline'}`,
        run: () => go(paths.device(device.id)),
      })),
      ...people.slice(0, 5).map((person) => ({
        id: person.id,
        label: `${person.name} <${person.email}>`,
        note: 'person',
        run: () => go(paths.person(person.id)),
      })),
      ...responses.map((response) => ({
        id: response.id,
        label: response.sentence,
        note: `response, ${response.status.replaceAll('_', ' ')}`,
        run: () => go(paths.response(response.id)),
      })),
    )
  }
  if (id.test(text))
    hits.push(
      { id: 'as-response', label: `Response ${text}`, note: 'by id', run: () => go(paths.response(text)) },
      { id: 'as-request', label: `Request ${text}`, note: 'by id', run: () => go(paths.request(text)) },
      { id: 'as-incident', label: `Incident ${text}`, note: 'by id', run: () => go(paths.incident(text)) },
    )
  if (project)
    hits.push({
      id: 'incidents',
      label: `Incidents with “${text}”`,
      note: project.name,
      run: () => go(paths.incidents(project.id, text)),
    })
  return hits
}
