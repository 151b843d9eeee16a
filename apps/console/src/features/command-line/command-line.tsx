import { Drawer, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { deviceQueries, peopleQueries, responseQueries, scriptQueries } from '../../api/defend-queries.ts'
import { commandLineStore } from '../../frame/respond.ts'
import { confirm } from '../../ui/confirm.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { nameSome } from '../../ui/words.ts'
import { completeLine, lastWord } from './complete-line.ts'
import { OutcomeView } from './outcome-view.tsx'
import { readLine, type Respond } from './read-line.ts'
import { runLine, type Outcome } from './run-line.ts'
import { verbsOf } from './verbs.ts'

interface Entry {
  readonly id: number
  readonly line: string
  readonly outcome: Outcome | null
}

/** Kept while the page is open, so that closing the drawer loses nothing. */
let kept: readonly Entry[] = []
let counter = 0

export function CommandLineDrawer() {
  const asked = commandLineStore.use()
  if (asked === null) return null
  return (
    <Drawer
      opened
      onClose={commandLineStore.close}
      title="Response console"
      position="bottom"
      size="min(34rem, 75dvh)"
      styles={{ body: { height: 'calc(100% - 3.5rem)' } }}
    >
      <CommandLine start={asked.line} />
    </Drawer>
  )
}

function CommandLine({ start }: { start: string }) {
  const [entries, setEntries] = useState(kept)
  const [line, setLine] = useState(start)
  const [chosen, setChosen] = useState(0)
  const [back, setBack] = useState<number | null>(null)
  const log = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLInputElement>(null)
  const actions = useQuery(responseQueries.actions()).data?.items
  const scripts = useQuery(scriptQueries.all()).data?.items
  const requests = useQuery(responseQueries.requests('waiting')).data?.items
  const [word] = useDebouncedValue(lastWord(line), 150)
  const devices = useQuery(deviceQueries.find(word)).data?.items
  const mayNotReadPeople = useWhyNot('people.read')
  const people = useQuery({ ...peopleQueries.find(word), enabled: mayNotReadPeople === null }).data?.items
  const vocabulary = useMemo(() => ({ actions: actions ?? [], scripts: scripts ?? [] }), [actions, scripts])
  const verbs = useMemo(() => verbsOf(vocabulary.actions), [vocabulary])
  const completions = useMemo(
    () =>
      completeLine(line, {
        ...vocabulary,
        devices: devices?.map(({ name }) => name) ?? [],
        people: people?.map(({ email }) => email) ?? [],
        requests: requests ?? [],
      }),
    [line, vocabulary, devices, people, requests],
  )
  const typed = entries.map((entry) => entry.line)
  const update = (change: (before: readonly Entry[]) => readonly Entry[]): void =>
    setEntries((before) => (kept = change(before).slice(-100)))
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight })
  }, [entries])

  const edit = (next: string): void => {
    setLine(next)
    setChosen(0)
  }
  const perform = (text: string, reading: Parameters<typeof runLine>[0]): void => {
    const id = ++counter
    update((before) => [...before, { id, line: text, outcome: null }])
    void runLine(reading).then((outcome) => {
      update((before) => before.map((entry) => (entry.id === id ? { ...entry, outcome } : entry)))
      if (outcome.kind === 'consent') edit(outcome.line)
    })
  }
  const enter = (): void => {
    const text = line.trim()
    const reading = readLine(text, vocabulary)
    if (reading.kind === 'empty') return
    setBack(null)
    if (reading.kind === 'clear') {
      update(() => [])
      edit('')
      return
    }
    const run = (): void => perform(text, reading)
    if (reading.kind !== 'mistake') edit('')
    if (reading.kind === 'respond' && runsAtOnce(reading)) askFirst(reading, run)
    else run()
  }
  const recall = (step: number): void => {
    const next = Math.max(0, Math.min(typed.length, (back ?? typed.length) + step))
    setBack(next)
    edit(typed[next] ?? '')
  }
  const onKey = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    const picked = completions[chosen]
    if (event.key === 'Enter') enter()
    else if (event.key === 'Tab' && !event.shiftKey && picked && line !== '') edit(picked.line)
    else if (event.key === 'ArrowUp') recall(-1)
    else if (event.key === 'ArrowDown') recall(1)
    else if (event.key === 'n' && event.ctrlKey) setChosen((chosen + 1) % Math.max(1, completions.length))
    else return
    event.preventDefault()
  }
  return (
    <Stack gap="xs" h="100%">
      <div
        ref={log}
        className="panel command-log"
        role="log"
        aria-label="What was typed and what came of it"
        tabIndex={0}
        onClick={() => box.current?.focus()}
      >
        {entries.length === 0 ? (
          <Text size="sm" className="quiet">
            Type a command, such as <span className="mono">isolate web-3 --reason "worm seen"</span>. Tab completes, the
            arrows bring earlier lines back, <span className="mono">help</span> lists everything.
          </Text>
        ) : null}
        {entries.map((entry) => (
          <div key={entry.id} className="command-entry">
            <Text size="sm" className="mono">
              <span className="quiet" aria-hidden="true">
                &gt;{' '}
              </span>
              {entry.line}
            </Text>
            {entry.outcome ? (
              <OutcomeView outcome={entry.outcome} verbs={verbs} />
            ) : (
              <Text size="sm" className="quiet">
                …
              </Text>
            )}
          </div>
        ))}
      </div>
      <Group gap={6} mih={26} aria-label="Completions" role="group">
        {completions.slice(0, 8).map((one, index) => (
          <button
            key={one.label}
            type="button"
            tabIndex={-1}
            className="completion"
            data-chosen={index === chosen || undefined}
            title={one.note}
            onClick={() => {
              edit(one.line)
              box.current?.focus()
            }}
          >
            {one.label}
          </button>
        ))}
        <Text size="xs" className="quiet" truncate>
          {completions[chosen]?.note}
        </Text>
      </Group>
      <TextInput
        ref={box}
        data-autofocus
        aria-label="Command"
        placeholder='isolate web-3 --reason "…"'
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        leftSection={<span aria-hidden="true">&gt;</span>}
        value={line}
        onChange={(event) => edit(event.currentTarget.value)}
        onKeyDown={onKey}
      />
    </Stack>
  )
}

/** Destructive, and nobody else looks at it first. */
const runsAtOnce = ({ verb, emergency }: Respond): boolean =>
  (verb.action.destructive !== false && verb.action.approvers === 0) || emergency !== null

function askFirst({ verb: { action }, targets, emergency }: Respond, run: () => void): void {
  const act = `${action.verb} ${nameSome(targets)}`
  confirm({
    title: emergency === null ? act : `Emergency: ${act}`,
    body: `${action.effects.join(' ')} ${emergency === null ? '' : 'It runs now, without approval; a second person must review it within 24 hours.'} To take it back: ${action.undo.words}`,
    act,
    run,
  })
}
