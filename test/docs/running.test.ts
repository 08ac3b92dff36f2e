import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'

const folder = 'examples/service'
const files = readdirSync(folder)
const units = files.filter((name) => name.endsWith('.service')).map((name) => join(folder, name))

/** The path of a program of PATH, or beside the Python of CI. Where it is absent, its test says so. */
function programFor(what: string, name: string): string | undefined {
  const python = process.env['PYTHON']
  const beside = python === undefined ? '' : join(dirname(python), name)
  if (existsSync(beside)) return beside
  if (spawnSync(name, ['--version']).status === 0) return name
  console.warn(`NOT RUN: ${what}. ${name} is not here.`)
  return undefined
}

describe('what runs a hub or a spoke as a service', () => {
  const hadolint = programFor('the linter of the Containerfile', 'hadolint')
  test.skipIf(hadolint === undefined)('is a Containerfile without a fault', () => {
    const { stdout, status } = spawnSync(hadolint ?? '', [join(folder, 'Containerfile')], { encoding: 'utf8' })
    expect([stdout, status]).toEqual(['', 0])
  })

  test('copies every folder of the package into the image', () => {
    const copied = [...readFileSync(join(folder, 'Containerfile'), 'utf8').matchAll(/^COPY --from=build \/build\/(\S+)/gm)].map(
      ([, name]) => name,
    )
    const { files: packed } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] }
    expect(copied.toSorted()).toEqual([...packed.filter((name) => !name.startsWith('!')), 'node_modules', 'package.json'].toSorted())
  })

  const analyze = programFor('the check of the units', 'systemd-analyze')
  test.skipIf(analyze === undefined)('is a unit that systemd accepts', () => {
    const { stdout, stderr, status } = spawnSync(analyze ?? '', ['verify', ...units], { encoding: 'utf8' })
    expect([stdout + stderr, status]).toEqual(['', 0])
  })

  test('is a well-formed description for the wrapper of Windows', () => {
    const parser = new SaxesParser()
    const names: string[] = []
    parser.on('opentag', ({ name }) => names.push(name))
    parser.write(readFileSync(join(folder, 'dials-spoke.xml'), 'utf8')).close()
    expect(names).toEqual(expect.arrayContaining(['service', 'id', 'executable', 'arguments', 'log']))
  })

  test('is described', () => {
    const told = readFileSync('docs/running.md', 'utf8')
    for (const name of files) expect(told).toContain(`../examples/service/${name}`)
  })
})
