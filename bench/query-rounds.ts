import { ms } from './support.js'

/** A system that answers the question. */
export interface Contestant {
  readonly name: string
  /** Asks the question. This is what is timed. */
  ask(): Promise<unknown>
  /** The rows of an answer of `ask`. */
  rows(answer: unknown): unknown[][]
}

/** The target for our time against another system's: at most so many times as long, or so many times faster. */
export interface Wanted {
  readonly name: string
  readonly atMost?: number
  readonly faster?: number
}

/** Rounds that are not counted. After them, files are cached and code is compiled. */
export const warmUps = 10

/** Throws unless all systems give the same rows. Numbers may be written differently, and a DOUBLE may differ in its last digits. */
export async function checkSame(contestants: readonly Contestant[]): Promise<void> {
  const [first, ...others] = contestants as readonly [Contestant, ...Contestant[]]
  const expected = first.rows(await first.ask())
  if (expected.length === 0) throw new Error(`${first.name} answers no rows`)
  for (const other of others) {
    const found = other.rows(await other.ask())
    const at = expected.findIndex((row, index) => !row.every((cell, column) => isSame(cell, found[index]?.[column])))
    if (at >= 0 || found.length !== expected.length) {
      const rows = [expected, found].map((all) => `row ${at} of ${all.length}: ${JSON.stringify(all[at], text)}`)
      throw new Error(`${first.name} and ${other.name} do not answer the same: ${rows.join(' and ')}`)
    }
  }
}

const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

function isSame(left: unknown, right: unknown): boolean {
  if (left === null || typeof left === 'boolean') return left === right
  const [a, b] = [Number(left), Number(right)]
  return Number.isNaN(a) ? String(left) === String(right) : Math.abs(a - b) <= 1e-9 * Math.abs(a)
}

/**
 * The milliseconds of each system in each round, by name. Every round runs all systems, and each round starts with another one, so that a
 * machine that slows down slows all of them.
 */
export async function timeRounds(rounds: number, contestants: readonly Contestant[]): Promise<Map<string, number[]>> {
  const times = new Map(contestants.map(({ name }): [string, number[]] => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const [turn] of contestants.entries()) {
      const { name, ask } = contestants[(turn + round + warmUps) % contestants.length] as Contestant
      const started = performance.now()
      await ask()
      if (round >= 0) times.get(name)?.push(performance.now() - started)
    }
  }
  return times
}

/** A line of the report: our median, and against each other system the median of the rounds' ratios. */
export function compared(title: string, ours: string, times: ReadonlyMap<string, number[]>, wanted: readonly Wanted[]): string {
  const our = times.get(ours) as number[]
  const others = wanted.map(({ name, atMost, faster }) => {
    const their = times.get(name) as number[]
    const ratio = median(our.map((time, round) => time / (their[round] as number)))
    const said = atMost === undefined ? `${(1 / ratio).toFixed(2)} × faster` : `${ratio.toFixed(2)} × its time`
    return `${name} ${ms(median(their))}: ${said} (wanted ${atMost === undefined ? `>= ${faster}` : `<= ${atMost}`}${missed(atMost === undefined ? 1 / ratio >= Number(faster) : ratio <= atMost)})`
  })
  return `${title}: ${ms(median(our))}; ${others.join('; ')}`
}

/** A suffix for a number that misses its target. */
export const missed = (met: boolean) => (met ? '' : ': missed')

/** The middle value, or the upper of the two middle ones. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number
}
