import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Loaded, readBeside } from '../config.js'
import { ConfigError } from '../errors.js'
import type { PurposeTree } from '../policy/purposes.js'
import { purposeTree, VocabularyError } from '../policy/vocabulary.js'
import { packageFile } from './package-file.js'
import { parseInput } from './query-input.js'

/** The purposes of the program, and those of the operator's own file beside the configuration. @throws ConfigError */
export function purposesOf(loaded: Loaded<{ readonly purposes?: string | undefined }>): PurposeTree {
  const { purposes } = loaded.value
  const known: unknown = parse(readFileSync(packageFile('vocabulary/purposes.yaml'), 'utf8'))
  if (purposes === undefined) return purposeTree(known)
  const text = readBeside(loaded, purposes, 'purposes')
  const own = parseInput(text, purposes)
  try {
    return purposeTree(known, own)
  } catch (thrown) {
    if (thrown instanceof VocabularyError) throw new ConfigError(loaded.file, 'purposes', `names a file that ${thrown.message}`)
    throw thrown
  }
}
