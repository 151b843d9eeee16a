import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'

/** Stands for a statement that will not run, where a driver would hand out an emitter of rows or a stream of them. */
export class RefusedCommand extends EventEmitter {
  readonly #error: Error

  constructor(error: Error) {
    super()
    this.#error = error
  }

  stream(): Readable {
    return refusedStream(this.#error)
  }
}

export function refusedStream(error: Error): Readable {
  const stream = new Readable({ objectMode: true, read: () => undefined })
  // An error that nobody listens for would end the process.
  stream.on('error', () => undefined)
  return stream.destroy(error)
}

/** Tells whoever waits: the callback, else those who listen; then that it is over, which is when pools take their connection back. */
export function failCommand(command: EventEmitter, callback: unknown, error: Error): EventEmitter {
  process.nextTick(() => {
    if (typeof callback === 'function') (callback as (error: Error) => void)(error)
    else if (command.listenerCount('error') > 0) command.emit('error', error)
    command.emit('end')
  })
  return command
}
