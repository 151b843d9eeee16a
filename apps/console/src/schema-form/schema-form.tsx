import {
  Button,
  Code,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { between, type Draft, type Field } from './fields.ts'

export interface SchemaFormProps {
  readonly fields: readonly Field[]
  readonly draft: Draft
  readonly change: (draft: Draft) => void
  /** A sentence per field that is wrong. */
  readonly mistakes: Readonly<Record<string, string>>
  /** Choices that only the server knows, by field. */
  readonly known?: Readonly<Record<string, readonly { value: string; label: string }[]>>
}

/** Draws the parameters of an action from its JSON Schema; the error sits at the field. */
export const SchemaForm = ({ fields, draft, change, mistakes, known }: SchemaFormProps) => (
  <Stack gap="sm">
    {fields.map((field) => (
      <FieldInput
        key={field.name}
        field={field}
        value={draft[field.name]}
        set={(value) => change({ ...draft, [field.name]: value })}
        mistake={mistakes[field.name]}
        known={known?.[field.name]}
      />
    ))}
  </Stack>
)

interface FieldInputProps {
  readonly field: Field
  readonly value: unknown
  readonly set: (value: unknown) => void
  readonly mistake: string | undefined
  readonly known: readonly { value: string; label: string }[] | undefined
}

function FieldInput({ field, value, set, mistake, known }: FieldInputProps) {
  const common = { label: field.title, description: describe(field), required: field.required, error: mistake }
  if (known)
    return (
      <Select
        {...common}
        searchable
        clearable={!field.required}
        data={[...known]}
        value={typeof value === 'string' && value !== '' ? value : null}
        onChange={(next) => set(next ?? '')}
        nothingFoundMessage="Nothing found"
      />
    )
  switch (field.kind) {
    case 'text':
      return (
        <TextInput
          {...common}
          classNames={{ input: 'mono' }}
          maxLength={field.max ?? 4_096}
          value={textOf(value)}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          allowDecimal={!field.whole}
          clampBehavior="none"
          value={textOf(value)}
          onChange={(next) => set(String(next))}
        />
      )
    case 'boolean':
      return (
        <Switch
          label={field.title}
          description={field.description}
          error={mistake}
          checked={value === true}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <Select
          {...common}
          data={[...field.choices]}
          allowDeselect={field.nullable}
          clearable={field.nullable}
          value={typeof value === 'string' && value !== '' ? value : null}
          onChange={(next) => set(next ?? '')}
        />
      )
    case 'list':
      return field.choices ? (
        <MultiSelect {...common} data={[...field.choices]} value={listOf(value)} onChange={set} clearable />
      ) : (
        <TagsInput {...common} value={listOf(value)} onChange={set} placeholder="Enter after each" />
      )
    case 'fixed':
      return value === null || value === undefined ? null : <Pinned field={field} value={value} set={set} />
  }
}

/** Shown as it is: nobody types a process identity. */
const Pinned = ({ field, value, set }: { field: Field; value: unknown; set: (value: unknown) => void }) => (
  <Stack gap={4}>
    <Text size="sm" fw={500}>
      {field.title}
    </Text>
    <Code block tabIndex={0} aria-label={field.title}>
      {JSON.stringify(value, null, 2)}
    </Code>
    {field.nullable ? (
      <Group>
        <Button size="compact-xs" variant="default" onClick={() => set(null)}>
          Leave it to the server
        </Button>
      </Group>
    ) : null}
  </Stack>
)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

function describe(field: Field): string | undefined {
  const parts = [field.description ?? '']
  if (field.kind === 'number' && (field.min !== null || field.max !== null)) parts.push(between(field))
  if (field.nullable) parts.push('empty: none')
  const text = parts.filter((part) => part !== '').join('; ')
  return text === '' ? undefined : text
}
