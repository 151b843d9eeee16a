// The door for programs that show bodies, or hand them over in parts.
export { outline } from './outline.ts'
export { partAfter } from './parts.ts'
