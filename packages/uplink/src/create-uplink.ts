import { AsyncResource } from 'node:async_hooks'
import { parseProjectToken, projectTokenShape } from '@riposte/contract/wire'
import type { IncidentReport } from '@riposte/contract'
import { configCache } from './config/config-cache.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { httpClient } from './net/http-client.ts'
import { createSpool } from './spool/spool.ts'
import type { Timings } from './timings.ts'
import { defaultTimings } from './timings.ts'
import type { Uplink, UplinkOptions } from './uplink.ts'

/** Later ones have no ISO form of four digits, which is what the control plane reads. */
const endOfYear9999 = Date.UTC(9999, 11, 31)
const defaultMaxSpoolBytes = 64 * 1024 * 1024

/**
 * How a program talks to its control plane. Nothing happens before `start`; nothing here keeps the process alive or throws into it.
 * @param timings for tests
 */
export function createUplink(given: UplinkOptions, timings: Timings = defaultTimings): Uplink {
  const options = fenced(given)
  const { log, clock } = options
  // Without it, timers and sockets would belong to the request in which an incident was reported.
  const outside = new AsyncResource('RiposteUplink', { requireManualDestroy: true })
  const spool = createSpool({
    dataDir: options.dataDir,
    maxBytes: options.maxSpoolBytes ?? defaultMaxSpoolBytes,
    timings,
    log,
    describe: options.describe,
    clock,
  })
  let connection: Connection | null = null
  let setupError: string | null = null
  let touching: NodeJS.Timeout | null = null
  let isStarted = false

  function connect(controlPlane: { url: string; projectToken: string }): Connection | null {
    const token = parseProjectToken(controlPlane.projectToken)
    if (!token) {
      setupError = `the project token has not the form ${projectTokenShape}`
      return null
    }
    try {
      const client = httpClient({
        url: controlPlane.url,
        token: controlPlane.projectToken,
        requestMs: timings.requestMs,
        userAgent: `riposte-monitor/${options.describe().sdkVersion}`,
      })
      const cache = options.dataDir === null ? null : configCache(options.dataDir, token, { log, clock })
      return createConnection({ ...options, client, token, cache, spool, timings })
    } catch (error) {
      setupError = `the control plane's address ${controlPlane.url} cannot be used: ${(error as Error).message}`
      return null
    }
  }

  function attempt(what: string, work: () => void): void {
    try {
      outside.runInAsyncScope(work)
    } catch (error) {
      log('error', `${what} failed`, { error: (error as Error).message })
    }
  }

  return {
    start() {
      if (isStarted) return
      isStarted = true
      attempt('starting the uplink', () => {
        spool.open()
        if (options.dataDir !== null)
          touching = setInterval(() => {
            spool.keepAlive()
            if (spool.status().waiting > 0) connection?.wake()
          }, timings.touchMs).unref()
        if (options.controlPlane) connection = connect(options.controlPlane)
        if (setupError) log('error', setupError)
        connection?.start()
      })
    },
    report(incident: IncidentReport, { sync = false } = {}) {
      attempt('reporting an incident', () => {
        spool.append(incident, sync)
        connection?.wake()
      })
    },
    async stop(deadlineMs = 2_000) {
      if (touching) clearInterval(touching)
      touching = null
      try {
        await connection?.stop(deadlineMs)
      } catch (error) {
        log('warning', 'the uplink did not end cleanly', { error: (error as Error).message })
      }
      attempt('closing the spool', () => {
        spool.close()
      })
    },
    status: () => ({
      mode: options.controlPlane ? (setupError ? 'refused' : (connection?.mode() ?? 'connecting')) : 'local',
      appliedRevision: connection?.appliedRevision() ?? null,
      lastContactAt: connection?.lastContactAt() ?? null,
      lastError: setupError ?? connection?.lastError() ?? null,
      spool: spool.status(),
    }),
  }
}

interface Fenced extends UplinkOptions {
  readonly clock: () => number
  readonly random: () => number
}

/** A logger that throws must not end a request; a clock may say anything. */
function fenced(given: UplinkOptions): Fenced {
  return {
    ...given,
    random: given.random ?? Math.random,
    clock: () => {
      const now = (given.clock ?? Date.now)()
      return now >= 0 && now <= endOfYear9999 ? now : 0
    },
    log: (level, message, fields) => {
      try {
        given.log(level, message, fields)
      } catch {
        // There is nowhere left to say it.
      }
    },
  }
}
