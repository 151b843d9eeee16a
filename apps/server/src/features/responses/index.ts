export { cancelOpenOf, voidScriptRuns } from './cancel-open.ts'
export { createResponses } from './create-responses.ts'
export { ResponseFailure, type ResponseExtension, type ResponseFacts } from './extension.ts'
export { readHostPolicy } from './settings.ts'
