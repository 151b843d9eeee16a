/** What a program in the field needs at run time; free of zod, so that an SDK stays small. */
export * from './canonical-json.ts'
export * from './envelope.ts'
export * from './project-token.ts'
