import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkGovernance } from '../../src/cli/hub/agreements.js'
import { loadHubConfig, readEnvironment } from '../../src/config.js'
import { ConfigError } from '../../src/errors.js'
import { openWorkspace, type Workspace } from '../support/workspace.js'

let files: Workspace
beforeAll(async () => {
  files = await openWorkspace({
    'private.json': JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), d: 'A'.repeat(43), kid: 'k' }] }),
    'empty.json': '{"keys":[]}',
    'text.json': 'keys: none',
    'list.yaml': '- iri: https://example.org/p\n  label: P\n',
    'broken.yaml': '- iri: [unclosed\n\tlabel',
    'circle.yaml': '- { iri: a:a, label: A, broader: [a:a] }\n',
    'bomb.yaml':
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
  })
})
afterAll(() => files.remove())

async function governanceOf(yaml: string) {
  const spokes = 'spokes:\n  - { id: camden, connector: files, organisation: { name: Camden } }\n'
  await files.write({ 'hub.yaml': `name: London\n${spokes}${yaml}\n` })
  return checkGovernance(loadHubConfig(files.path('hub.yaml'), readEnvironment({})))
}

describe('what a hub judges agreements by', () => {
  it('is read before anything starts', async () => {
    expect((await governanceOf('purposes: ./list.yaml')).purposes.has('https://example.org/p')).toBe(true)
  })

  it.each([
    ['organisations: [{ id: camden, keys: ./private.json }]', /organisations\[0\]\.keys.*public keys/],
    ['organisations: [{ id: camden, keys: ./empty.json }]', /organisations\[0\]\.keys.*public keys/],
    ['organisations: [{ id: camden, keys: ./text.json }]', /organisations\[0\]\.keys.*public keys/],
    ['organisations: [{ id: camden, keys: ./missing.json }]', /organisations\[0\]\.keys/],
    ['purposes: ./missing.yaml', /purposes/],
    ['purposes: ./broken.yaml', /broken\.yaml.*line 2.*neither JSON nor YAML/],
    ['purposes: ./circle.yaml', /purposes.*narrower than itself/],
    ['purposes: ./bomb.yaml', /bomb\.yaml.*aliases/],
    ['purposes: ./empty.json', /purposes.*no list/],
  ])('is not %s', async (yaml, message) => {
    const thrown: unknown = await governanceOf(yaml).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ConfigError)
    expect((thrown as ConfigError).message).toMatch(message)
  })
})
