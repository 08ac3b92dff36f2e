import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const boroughs = ['camden', 'barnet', 'lambeth']
const example = 'examples/london'

test('the housing tables of the demonstration are those that their generator writes, and invented', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seven-dials-housing-'))
  execFileSync(process.execPath, [`${example}/make-housing.js`, folder])
  for (const borough of boroughs) {
    const files = readdirSync(join(folder, borough, 'housing'))
    expect([...files, 'catalogue.yaml'].sort()).toEqual(readdirSync(join(example, borough, 'housing')).sort())
    for (const file of files) {
      const text = readFileSync(join(folder, borough, 'housing', file), 'utf8')
      expect(text === readFileSync(join(example, borough, 'housing', file), 'utf8'), `${borough}/${file}`).toBe(true)
      const [, ...rows] = text.trimEnd().split('\n')
      // No real property has such a number.
      expect(rows.filter((row) => !row.startsWith('9900'))).toEqual([])
    }
  }
  rmSync(folder, { recursive: true })
})
