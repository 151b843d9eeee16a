import type { Hit } from './hit.ts'
import { addressOf, concealOf, sendOf, steerOf } from './read-content.ts'
import { extractOf, overrideOf } from './read-override.ts'
import { freshOf, roleOf } from './read-role.ts'
import { Sentences } from './sentence.ts'
import { mean, type Word } from './words.ts'

/** A text of people says such things now and then; one of thousands of hits says them no surer. */
const mostHits = 400

const { override, target, all, your, system, reveal, ai, role, free, send, tell, not, instead, fresh, obey } = mean
const { reply, tool, mode, you } = mean

const readers: readonly (readonly [when: number, read: (on: Sentences, at: number) => void])[] = [
  [override | obey | all, overrideOf],
  [reveal | you | target, extractOf],
  [role | you | mode | free | ai, roleOf],
  [fresh | your | system, freshOf],
  [ai, addressOf],
  [send | tool, sendOf],
  [tell | not, concealOf],
  [instead | reply, steerOf],
]

/** What sentences of words say to a model; linear, since each word looks at a few neighbours. */
export function readSentences(words: readonly Word[], from: 'person' | 'content'): Hit[] {
  const on = new Sentences(words, from === 'content')
  for (let at = 0; at < words.length && on.hits.length < mostHits; at += 1) {
    const { bits } = words[at] as Word
    if (bits === 0) continue
    for (const [when, read] of readers) if ((bits & when) !== 0) read(on, at)
  }
  return on.hits
}
