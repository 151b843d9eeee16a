import { Recent } from './recent.ts'
import { skeleton, toLowerSameLength, type Skeleton } from './skeleton.ts'
import { Trigrams } from './trigrams.ts'

/** A text made ready to be searched for many values. */
export interface Haystack {
  readonly lower: string
  readonly skeleton: Skeleton
  readonly trigrams: Trigrams
}

const known = new Recent<Haystack>(128)

export const haystackOf = (text: string): Haystack => known.get(text, () => readHaystack(text))

function readHaystack(text: string): Haystack {
  const lower = toLowerSameLength(text)
  const bones = skeleton(lower)
  return { lower, skeleton: bones, trigrams: new Trigrams(bones.text) }
}
