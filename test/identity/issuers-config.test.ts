import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { loadHubConfig, readEnvironment } from '../../src/config.js'
import { ConfigError } from '../../src/errors.js'

const file = join(mkdtempSync(join(tmpdir(), 'seven-dials-issuers-')), 'hub.yaml')
const environment = readEnvironment({})
const good = {
  issuer: 'https://id.london.example',
  jwks: 'https://id.london.example/keys',
  audience: 'https://hub.london.example',
  organisations: ['camden'],
}
const load = (...issuers: object[]) => {
  writeFileSync(
    file,
    stringify({ name: 'London', issuers, spokes: [{ id: 'camden', organisation: { name: 'Camden' }, connector: 'files' }] }),
  )
  return loadHubConfig(file, environment).value.issuers
}
const refusal = (...issuers: object[]) => {
  try {
    load(...issuers)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return [thrown.file, thrown.path, thrown.mend]
    throw thrown
  }
  throw new Error('it was not refused')
}

describe('issuers of hub.yaml', () => {
  test('a whole entry, a short one, and one on loopback', () => {
    const whole = {
      ...good,
      algorithms: ['EdDSA', 'RS256'],
      organisationClaim: 'org',
      scopes: ['agreements:write', 'hub:operate'],
      ca: './ca.pem',
    }
    expect(load(whole)).toEqual([whole])
    expect(load(good)).toEqual([good])
    for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '[::1]'])
      expect(load({ ...good, jwks: `http://${host}:3000/keys` })).toHaveLength(1)
  })

  test.each([
    ['issuer', { issuer: 'http://id.london.example' }, /plain HTTP/],
    ['issuer', { issuer: 'camden' }, /must be a URL/],
    ['jwks', { jwks: 'http://id.london.example/keys' }, /plain HTTP/],
    ['jwks', { jwks: 'http://127.0.0.1.evil.example/keys' }, /plain HTTP/],
    ['jwks', { jwks: 'https://me:secret@id.london.example/keys' }, /no password/],
    ['jwks', { jwks: 'file:///etc/keys' }, /must be a URL/],
    ['jwks', { jwks: undefined }, /must be a URL|is missing/],
    ['audience', { audience: undefined }, /is missing/],
    ['audience', { audience: '' }, /./],
    ['algorithms[0]', { algorithms: ['none'] }, /never taken/],
    ['algorithms[1]', { algorithms: ['ES256', 'HS256'] }, /never taken/],
    ['algorithms', { algorithms: [] }, /./],
    ['organisations', { organisations: undefined }, /is missing/],
    ['organisations[0]', { organisations: ['*'] }, /lower-case/],
    ['scopes[0]', { scopes: ['two words'] }, /must be a scope/],
    ['ca', { jwks: 'http://127.0.0.1:3000/keys', ca: './ca.pem' }, /needs a jwks that begins with https/],
    ['', { colour: 'red' }, /no key 'colour'/],
  ])('refuses a wrong %s: %j', (path, change, mend) => {
    expect(refusal({ ...good, ...change })).toEqual([file, `issuers[0]${path === '' ? '' : `.${path}`}`, expect.stringMatching(mend)])
  })

  test('refuses two entries of one issuer', () => {
    expect(refusal(good, { ...good, jwks: 'https://id.london.example/more' })).toEqual([
      file,
      'issuers',
      'two entries have one issuer: make them one',
    ])
  })
})
