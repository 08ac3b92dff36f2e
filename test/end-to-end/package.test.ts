import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { longTest } from '../support/long-test.js'

const folder = mkdtempSync(join(tmpdir(), 'seven-dials-package-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const pack = (...args: string[]) =>
  (JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', ...args], { encoding: 'utf8' })) as [Packed])[0]

describe('the package', () => {
  test('holds what runs, and nothing of the tests, the benches and the machine', () => {
    const paths = pack('--dry-run').files.map(({ path }) => path)
    for (const needed of [
      'bin/dials.js',
      'dist/src/cli/main.js',
      'graphql/schema.graphql',
      'schemas/hub.schema.json',
      'README.md',
      'LICENSE',
    ])
      expect(paths).toContain(needed)
    expect(paths.filter((path) => /^(test|bench|\.)|\.tsbuildinfo$|\.env/.test(path))).toEqual([])
  })

  longTest('is installed into an empty folder, and runs there', async () => {
    const { filename } = pack('--pack-destination', folder)
    const home = join(folder, 'home')
    mkdirSync(home)
    const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename)], {
      cwd: home,
      encoding: 'utf8',
    })
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.test(installed.stderr)) {
      console.warn('NOT RUN: the installed package. No registry can be reached.')
      return
    }
    expect([installed.status, installed.stderr.match(/npm error.*/g)]).toEqual([0, null])
    const schema = execFileSync('npx', ['dials', 'schema'], { cwd: home, encoding: 'utf8' })
    expect(schema).toBe(readFileSync('graphql/schema.graphql', 'utf8'))
  })
})
