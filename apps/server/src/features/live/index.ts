export { ConsoleFeed, consoleKey } from './console-feed.ts'
export { sweepMs, sweepStreams } from './sweep-streams.ts'
