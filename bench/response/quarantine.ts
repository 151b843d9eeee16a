import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface QuarantineFigures {
  /** Of the time of `cp` and `sha256sum` of the same file, one after the other, in the same run: the median of the rounds. */
  readonly ratio: number
  readonly seconds: readonly number[]
  readonly plainSeconds: readonly number[]
  readonly peakRssMb: number
  readonly gigabytes: number
}

/** A file of 1 GB (0.25 in the short form) of random bytes, put into quarantine and, beside it, copied and hashed by the system's tools. */
export function measureQuarantine(quick: boolean): QuarantineFigures {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-bench-quarantine-'))
  const megabytes = quick ? 256 : 1_024
  const run = (file: string, args: readonly string[]): string =>
    execFileSync(file, args, { maxBuffer: 1024 * 1024 }).toString()
  const seconds: number[] = []
  const plainSeconds: number[] = []
  let peakRssMb = 0
  try {
    const original = path.join(folder, 'original')
    run('dd', ['if=/dev/urandom', `of=${original}`, 'bs=1M', `count=${megabytes}`, 'status=none'])
    for (let round = 0; round < 3; round += 1) {
      const file = path.join(folder, `suspect-${round}`)
      run('cp', [original, file])
      run('sync', [])
      const began = performance.now()
      run('sh', ['-c', 'cp "$1" "$2" && sha256sum "$2" && sync "$2"', 'sh', file, path.join(folder, 'copy')])
      plainSeconds.push((performance.now() - began) / 1_000)
      const worker = path.join(import.meta.dirname, 'quarantine-worker.ts')
      const stateDir = path.join(folder, `state-${round}`)
      const said = JSON.parse(run(process.execPath, [...process.execArgv, worker, file, stateDir])) as {
        seconds: number
        peakRssMb: number
      }
      seconds.push(said.seconds)
      peakRssMb = Math.max(peakRssMb, said.peakRssMb)
      rmSync(stateDir, { recursive: true, force: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const ratios = seconds.map((value, round) => value / (plainSeconds[round] ?? 1)).sort((a, b) => a - b)
  return { ratio: ratios[1] ?? Number.NaN, seconds, plainSeconds, peakRssMb, gigabytes: megabytes / 1_024 }
}
