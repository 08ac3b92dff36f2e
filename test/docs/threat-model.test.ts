import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The rows of all tables whose last cell names a test: `test/x.test.ts: words of its name`. */
const rows = [...readFileSync(join(root, 'docs/threat-model.md'), 'utf8').matchAll(/^\| (.+) \| (test\/[\w/.-]+): (.+) \|$/gm)].map(
  ([, attack = '', file = '', name = '']) => ({ attack, file, name }),
)

test('the threat model names tests', () => {
  expect(rows.length).toBeGreaterThan(50)
})

test.each(rows)('$attack: $file has a test of that name', ({ file, name }) => {
  expect(existsSync(join(root, file))).toBe(true)
  expect(readFileSync(join(root, file), 'utf8')).toContain(name)
})
