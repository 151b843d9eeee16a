// The door for programs that mask what they show.
export { findSpans } from './find-spans.ts'
