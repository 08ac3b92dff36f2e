import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { agreementOfInput, lintHere, readAgreementFile } from '../../src/cli/agreement-file.js'
import { parseInput } from '../../src/cli/query-input.js'
import { agreementSchema } from '../../src/policy/agreement.js'

const names = ['data-sharing-agreement', 'impact-assessment', 'operator-terms']
const text = (name: string) => readFileSync(`templates/${name}.md`, 'utf8')
const agreement = 'templates/data-sharing-agreement.md'

it('are these', () => {
  expect(readdirSync('templates').sort()).toEqual(names.map((name) => `${name}.md`))
})

it.each(names)('%s asks at its head for a data protection officer’s reading, and has blanks that end', (name) => {
  const prose = text(name).replace(/^---\n[^]*?\n---\n/, '')
  expect(prose.trimStart().split('\n').slice(0, 4).join(' ')).toMatch(/^# .*data protection officer.* has to read it/i)
  const begun = text(name).match(/\[to fill in/g) ?? []
  expect(begun.length).toBeGreaterThan(10)
  expect(text(name).match(/\[to fill in: [^\]\n]+\]/g)).toHaveLength(begun.length)
})

it.each(names)('%s says that what a recipient does is not technically enforced', (name) => {
  expect(text(name)).toMatch(/not technically enforced/)
})

it('the front matter has the keys of an agreement, all of them', async () => {
  const { input, blanks } = await readAgreementFile(agreement)
  const { tables } = input as { tables: [{ columns: [object] }] }
  const { id: _id, version: _version, ...keys } = agreementSchema.shape
  const { shape } = keys.tables.element
  expect(Object.keys(input).sort()).toEqual(Object.keys(keys).sort())
  expect(Object.keys(tables[0]).sort()).toEqual(Object.keys(shape).sort())
  expect(Object.keys(tables[0].columns[0]).sort()).toEqual(Object.keys(shape.columns.element.shape).sort())
  expect(blanks.every(({ level }) => level === 'REFUSED')).toBe(true)
  expect(() => agreementOfInput(input, agreement)).toThrow(/no agreement/)
})

it('each blank of the text is found on its line', async () => {
  const { blanks } = await readAgreementFile(agreement)
  const lines = text('data-sharing-agreement').split('\n')
  const ofText = blanks.filter(({ path }) => String(path[0]).startsWith('line '))
  expect(ofText.length).toBeGreaterThan(20)
  for (const { path, message } of ofText)
    expect(lines[Number(String(path[0]).slice(5)) - 1]).toContain(message.replace('This is to be filled in: ', '').slice(0, -1))
  expect(blanks).toHaveLength(text('data-sharing-agreement').match(/\[to fill in/g)?.length ?? 0)
})

it.each('abcdefgh'.split(''))('the operator terms have Article 28(3)(%s)', (point) => {
  expect(text('operator-terms')).toContain(`Article 28(3)(${point})`)
})

it.each('abcd'.split(''))('the impact assessment asks for Article 35(7)(%s)', (point) => {
  expect(text('impact-assessment')).toContain(`Article 35(7)(${point})`)
})

it('the example of docs/agreements.md is an agreement with which nothing is wrong', () => {
  const [, yaml = ''] = /```yaml\n( *title:[^`]*)```/.exec(readFileSync('docs/agreements.md', 'utf8')) ?? []
  expect(lintHere(agreementOfInput(parseInput(yaml, 'docs/agreements.md') as object, 'docs/agreements.md'))).toEqual([])
})
