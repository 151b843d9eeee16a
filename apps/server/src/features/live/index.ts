export { ConsoleFeed, consoleKey } from './console-feed.ts'
