/** What a place of a value says. */
export interface Verdict {
  readonly confidence: number
  readonly reason: string
  /** `maybe`: markup that runs nothing and may be to the letter the app's own. */
  readonly sure: boolean
  /** Tags without attributes only, of which a page has many. */
  readonly bare: boolean
}

const because = (confidence: number, reason: string): Verdict => ({ confidence, reason, sure: true, bare: false })

export const opensTag = because(0.97, 'A value from the request puts an element into the page.')
export const endsValue = because(
  0.96,
  'A value from the request ends the attribute that it stands in and goes on as markup.',
)
export const addsAttribute = because(0.95, 'A value from the request adds attributes to an element of the page.')
export const endsComment = because(0.9, 'A value from the request ends a comment of the page and goes on as markup.')
export const opensComment = because(0.85, 'A value from the request opens a comment that takes away what follows.')
export const runsAddress = because(0.96, 'A value from the request is an address that runs as script.')
export const loadsScript = because(0.8, 'A value from the request decides which script the page loads.')
export const becomesScript = because(0.95, 'A value from the request changes a script of the page.')
export const becomesStyle = because(0.75, 'A value from the request adds rules to a style of the page.')
export const holdsPage = because(0.95, 'A value from the request puts an element into a page within the page.')

export const maybe = (verdict: Verdict, bare = false): Verdict => ({ ...verdict, sure: false, bare })
