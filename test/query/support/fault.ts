import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Part, Scan, ScanOptions, ScanReport, Source } from '../../../src/connector/source.js'
import { SourceUnavailable, SourceUnreachable } from '../../../src/errors.js'
import type { Bench } from '../../support/query.js'
import { landedFile, settleable } from './table-source.js'

/** A source that plans like another, and executes as given. */
export function answering(source: Source, execute: (under: () => Scan, options: ScanOptions) => Scan): Source {
  return { ...source, execute: (planned, options) => execute(() => source.execute(planned, options), options) }
}

const whole: ScanReport = { truncated: false, version: 'v1' }

/** A scan of these parts. Its report is `report`, or the error that ends the parts. */
export function scanOf(parts: AsyncIterable<Part>, report: Promise<ScanReport> = Promise.resolve(whole)): Scan {
  report.catch(() => undefined)
  return { parts, report }
}

/** A part with this content: SQL for its rows, or its bytes. */
export async function partOf({ folder, engine }: Bench, content: string | Buffer, bytes?: number): Promise<Part> {
  const path = join(folder, `part-${randomUUID()}.parquet`)
  if (typeof content === 'string') {
    const session = await engine.connect()
    await session.run(`COPY (${content}) TO '${path}' (FORMAT parquet)`)
    await session.close()
  } else await writeFile(path, content)
  const file = await landedFile(path)
  return { kind: 'parquet', file: bytes === undefined ? file : { ...file, bytes } }
}

/** Fails before its first part. */
export async function* failing(): AsyncGenerator<Part> {
  await Promise.resolve()
  throw new SourceUnreachable('The spoke is on fire.')
  yield undefined as never
}

/** Gives one part and fails. */
export async function* failingLate(first: Promise<Part>): AsyncGenerator<Part> {
  yield await first
  throw new SourceUnreachable('The spoke is on fire.')
}

/** Sends nothing until the signal ends, as a good source does. */
export async function* heeding({ signal }: ScanOptions): AsyncGenerator<Part> {
  const { promise, reject } = settleable<never>()
  signal.addEventListener('abort', () => reject(new SourceUnavailable('ended')))
  yield await promise
}

/** Ignores the signal. Sends nothing until `wake` settles, then one part. */
export async function* ignoring(wake: Promise<Part>): AsyncGenerator<Part> {
  yield await wake
}
