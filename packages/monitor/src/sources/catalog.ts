import type { Sink } from '../sinks/sink.ts'
import { koa } from './koa.ts'
import { ws } from './ws.ts'

/** Packages through which requests come in, besides Node's own servers: hooked as drivers are, but nothing is judged in them. */
export const sources: readonly Sink[] = [koa, ws]
