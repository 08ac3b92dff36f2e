import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { KeyError, parseVerifierKey, type VerifierKey } from '../../../audit/notes/keys.js'

/** `--key` may be given again. */
export const keyOption = [
  '--key <key>',
  'a public key of the log, as `checkpoint { verifierKeys }` gives it, or a file of such keys; again for each that may have signed',
  (value: string, former: string[] = []) => [...former, value],
] as const

/** The keys of `--key`: texts, or files with one on each line. */
export function verifierKeys(given: readonly string[] | undefined, command: Command): VerifierKey[] {
  if (given === undefined) {
    command.error(
      'error: --key is missing: what nobody trusted has signed proves nothing. Take the keys from the hub once, over a way that you trust: https://hub.example/audit/keys',
    )
  }
  try {
    return given.flatMap((one) => linesOf(one).map(parseVerifierKey))
  } catch (thrown) {
    if (thrown instanceof KeyError) command.error(`error: --key: ${thrown.message}`)
    throw thrown
  }
}

function linesOf(given: string): string[] {
  const isFile = !given.includes('+') || statSync(given, { throwIfNoEntry: false })?.isFile() === true
  const text = isFile ? readFileSync(join(given), 'utf8') : given
  return text.split('\n').filter((line) => line.trim() !== '')
}
