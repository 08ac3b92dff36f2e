import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { answer, type Question } from '../../src/cli/questions.js'
import { draftSpoke, spokeQuestions } from '../../src/cli/spoke-draft.js'

const refuse = (problem: string) => {
  throw new Error(problem)
}

/** A terminal at which somebody answers each question with the next of these lines; where there is none left, it is closed. */
function terminalOf(lines: readonly string[]) {
  const input = new PassThrough()
  const output = new PassThrough()
  const left = [...lines]
  let seen = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    seen += text
    if (!/: $/.test(text)) return
    const next = left.shift()
    if (next === undefined) input.end()
    else input.write(`${next}\n`)
  })
  return { terminal: { input, output }, seen: () => seen }
}

test('six questions are asked one by one, a wrong answer again, and Enter takes what is proposed', async () => {
  const { terminal, seen } = terminalOf([
    'London Borough of Camden',
    'Camden Town',
    '',
    'files',
    '0.0.0.0:4100',
    'http://hub.example',
    'https://hub.example',
    '',
  ])
  expect(await answer(spokeQuestions, {}, terminal, refuse)).toEqual({
    organisation: 'London Borough of Camden',
    id: 'camden',
    data: 'files',
    listen: '0.0.0.0:4100',
    hub: 'https://hub.example',
    access: 'CLOSED',
  })
  expect(Object.keys(spokeQuestions)).toHaveLength(6)
  expect(seen().match(/\[camden\]: /g)).toHaveLength(2)
  expect(seen()).toContain('It has to be a URL of https')
})

test('options are not asked for', async () => {
  const { terminal, seen } = terminalOf(['b'])
  const question = (asks: string): Question => ({ asks, value: 'x', problem: () => undefined })
  expect(await answer({ one: question('One'), two: question('Two') }, { one: 'a' }, terminal, refuse)).toEqual({ one: 'a', two: 'b' })
  expect(seen()).not.toContain('One')
})

test('who leaves the questions is told that nothing was written', async () => {
  const { terminal } = terminalOf(['London Borough of Camden'])
  await expect(answer(spokeQuestions, {}, terminal, refuse)).rejects.toThrow('so nothing was written')
})

test.each([
  ['[::1]:4100', 'http://[::1]:4100', false],
  ['0.0.0.0:4100', 'https://<this machine>:4100', true],
  ['spoke.camden.example:4100', 'https://spoke.camden.example:4100', true],
])('a spoke that listens on %s', (listen, url, hasTls) => {
  const answers = { organisation: 'Camden', id: 'camden', data: './data', listen, hub: 'https://hub.example', access: 'OPEN' }
  const { yaml, next } = draftSpoke(answers, { issuer: 'https://hub.example', jwks: './hub.jwks.json' }, 'spoke.yaml')
  expect(yaml.includes('tls:')).toBe(hasTls)
  expect(next.at(-1)).toContain(`--url ${url}`)
})
