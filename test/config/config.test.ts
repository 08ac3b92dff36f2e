import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configJsonSchemas } from '../../src/cli/config-json-schemas.js'
import { checkSource } from '../../src/cli/open-source.js'
import { loadHubConfig, loadSpokeConfig, readEnvironment } from '../../src/config.js'
import { ConfigError } from '../../src/errors.js'

const folder = mkdtempSync(join(tmpdir(), 'seven-dials-config-'))
const file = (text: string, name = 'hub.yaml') => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const environment = readEnvironment({ SPOKE_URL: 'https://spoke.example', SECRET: 'correct horse' })
const spoke = (lines: string) => `name: London\nspokes:\n  - id: camden\n    organisation: { name: Camden }\n${lines}`

function refusal(work: () => unknown): ConfigError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown
    throw thrown
  }
  throw new Error('it was not refused')
}

describe('configuration', () => {
  test('aliases that grow without end are refused with the file', () => {
    const nine = (name: string) => `[${Array<string>(9).fill(name).join(', ')}]`
    const path = file(`a: &a ${nine('x')}\nb: &b ${nine('*a')}\nc: &c ${nine('*b')}\nd: ${nine('*c')}\n`)
    const { file: named, message } = refusal(() => loadHubConfig(path, environment))
    expect([named, message]).toEqual([path, expect.stringMatching(/aliases/)])
  })

  test('an error names the file, the path in it and the mend', () => {
    const cases: [string, string, RegExp][] = [
      ['name: London\nspokes: []\n', 'spokes', /is empty/],
      [spoke('    connector: files\n    colour: red\n'), 'spokes[0]', /has no key 'colour' \(line 6\)$/],
      [spoke('    connector: files\n').replace('id: camden', 'id: Camden Town'), 'spokes[0].id', /lower-case/],
      [
        spoke('    connector: files\n').replace('{ name: Camden }', '{ name: Camden, gss: camden }'),
        'spokes[0].organisation.gss',
        /ONS code/,
      ],
      [
        `${spoke('    connector: files\n')}  - id: camden\n    organisation: { name: B }\n    connector: files\n`,
        'spokes',
        /two spokes have one id/,
      ],
      [spoke(''), 'spokes[0].connector', /is missing: give a text \(line 3\)$/],
      [spoke('').replace('{ name: Camden }', 'Camden'), 'spokes[0].organisation', /must be an object/],
      ['name: London\n', 'spokes', /is missing: give a list/],
      ['name: [London\n', 'line 2', /not YAML/],
    ]
    for (const [text, path, mend] of cases) {
      const path_ = file(text)
      const error = refusal(() => loadHubConfig(path_, environment))
      expect(error.message).toMatch(mend)
      expect([error.file, error.path]).toEqual([path_, path])
    }
    expect(refusal(() => loadHubConfig(join(folder, 'none.yaml'), environment)).message).toMatch(/there is no such file/)
  })

  test('a connector’s own settings are checked at their place in the file', () => {
    const loaded = loadHubConfig(file(spoke('    connector: spoke\n    config: { url: "http://spoke.example" }\n')), environment)
    const error = refusal(() => checkSource(loaded, ['spokes', 0], { connector: 'spoke', config: { url: 'http://spoke.example' } }))
    expect([error.path, error.mend]).toEqual(['spokes[0].config.url', 'is plain HTTP to another machine: use https'])
    expect(refusal(() => checkSource(loaded, ['spokes', 0], { connector: 'fils' })).mend).toMatch(
      /no connector 'fils'.*files, mysql, postgres, spoke/,
    )
    expect(refusal(() => checkSource(loaded, ['spokes', 0], { connector: 'files', config: { folder: './data' } })).path).toBe(
      'spokes[0].config.defaultAccess',
    )
  })

  test('secrets come from the environment by reference, and an error does not show them', () => {
    const loaded = loadHubConfig(file(spoke('    connector: spoke\n    config: { url: "${SPOKE_URL}", note: "$${kept}" }\n')), environment)
    expect(loaded.value.spokes[0]?.config).toEqual({ url: 'https://spoke.example', note: '${kept}' })
    expect(loaded.secrets).toEqual(['https://spoke.example'])
    const missing = refusal(() => loadHubConfig(file(spoke('    connector: files\n    config: { folder: "${NOWHERE}" }\n')), environment))
    expect([missing.path, missing.mend]).toEqual(['spokes[0].config.folder', '${NOWHERE} is not set in the environment'])
    const wrong = refusal(() => loadHubConfig(file(spoke('    connector: files\n').replace('id: camden', 'id: "${SECRET}"')), environment))
    expect(wrong.message).not.toContain('correct horse')
  })

  test('spoke.yaml', () => {
    const text =
      'id: camden\nhub: { issuer: https://hub.example, jwks: ./hub.jwks.json }\nsources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: CLOSED }\n'
    expect(loadSpokeConfig(file(text, 'spoke.yaml'), environment).value.hub?.issuer).toBe('https://hub.example')
    expect(refusal(() => loadSpokeConfig(file('id: camden\nsources: []\n', 'spoke.yaml'), environment)).path).toBe('sources')
  })

  test.each([
    ['0.0.0.0', '', true],
    ['"::"', '', true],
    ['10.1.2.3', '', true],
    ['spoke.camden.example', 'plainHttp: false', true],
    ['0.0.0.0', 'plainHttp: true', false],
    ['0.0.0.0', 'tls: { cert: ./cert.pem, key: ./key.pem }', false],
    ['127.0.0.1', '', false],
    ['"::1"', '', false],
    ['localhost', '', false],
  ])('host: %s with "%s", refused for its plain HTTP: %s', (host, more, isRefused) => {
    const lines = `host: ${host}\n${more}\n`
    const hub = () => loadHubConfig(file(`${lines}${spoke('    connector: files\n')}`), environment)
    const itsSpoke = () => loadSpokeConfig(file(`${lines}id: camden\nsources: [{ connector: files }]\n`, 'spoke.yaml'), environment)
    for (const load of [hub, itsSpoke]) {
      if (!isRefused) load()
      else expect([refusal(load).path, refusal(load).mend]).toEqual(['host', expect.stringMatching(/plain HTTP.*tls.*plainHttp: true/)])
    }
  })

  test('the authority of a spoke’s certificate needs an address with TLS, and a file that is there', async () => {
    const config = (text: string) =>
      checkSource(loadHubConfig(file(spoke(`    connector: spoke\n    config: ${text}\n`)), environment), ['spokes', 0], {
        connector: 'spoke',
        config: parse(text) as object,
      })
    for (const text of ['{ url: "http://localhost:4100", ca: ./ca.pem }', '{ process: ./spoke.yaml, ca: ./ca.pem }'])
      expect(refusal(() => config(text)).path).toBe('spokes[0].config.ca')
    const open = config('{ url: "https://spoke.example", ca: ./none.pem }')
    const context = { baseFolder: folder, signer: {}, startSpoke: () => undefined } as never
    await expect(open(context)).rejects.toThrow(/none\.pem.*cannot be read \(ENOENT\)/)
  })

  test('the committed JSON Schemas are those of the code (npm run generate)', () => {
    for (const [name, schema] of Object.entries(configJsonSchemas())) {
      const committed = readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8')
      expect(committed, name).toBe(`${JSON.stringify(schema, null, 2)}\n`)
    }
  })
})
