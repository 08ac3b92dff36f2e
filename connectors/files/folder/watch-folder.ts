import { createHash } from 'node:crypto'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds between two looks. A folder that takes long to look at is looked at less often: a twentieth of the time at most. */
const pauseMs = 1_000
const pausePerLook = 20
/** A folder that changes at every look is told after this time, in milliseconds. */
const restlessMsMax = 10_000

/**
 * Looks at a folder until the signal ends, and calls back once it has changed and is at rest again. It lists the folder in place of having
 * the system tell it: that works for network shares too. Never rejects.
 */
export async function watchFolder(folder: string, changed: () => void, signal: AbortSignal): Promise<void> {
  let told = await stateOf(folder)
  let last = told
  let restless = 0
  for (let wait = pauseMs; !signal.aborted;) {
    await delay(wait, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return
    const started = performance.now()
    const now = await stateOf(folder)
    restless = now === told ? 0 : restless + wait
    if (now !== told && (now === last || restless > restlessMsMax)) {
      told = now
      restless = 0
      changed()
    }
    last = now
    wait = Math.max(pauseMs, (performance.now() - started) * pausePerLook)
  }
}

/** A digest of the names, sizes and times of a folder's entries; or why it cannot be listed. */
async function stateOf(folder: string): Promise<string> {
  const lines: string[] = []
  try {
    for await (const { name } of await opendir(folder)) {
      const found = await stat(join(folder, name), { bigint: true }).catch(() => undefined)
      lines.push(JSON.stringify([name, found && [found.ino, found.size, found.mtimeNs, found.mode].map(String)]))
    }
  } catch (thrown) {
    return `cannot be listed: ${(thrown as NodeJS.ErrnoException).code ?? 'unknown'}`
  }
  return createHash('sha256').update(lines.sort().join('\n')).digest('base64url')
}
