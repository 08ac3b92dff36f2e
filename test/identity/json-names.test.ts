import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasPlainNames } from '../../src/identity/json-names.js'

const withoutProto = (json: string) => !json.includes('__proto__')

test('whatever JSON.stringify writes has each name once', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
      const json = JSON.stringify(value, null, indent)
      fc.pre(withoutProto(json))
      expect(hasPlainNames(json)).toBe(true)
    }),
  )
})

test('a name that comes twice in one object is seen, wherever that object is and whatever the name', () => {
  const value = fc
    .jsonValue({ maxDepth: 2 })
    .map((one) => JSON.stringify(one))
    .filter(withoutProto)
  const name = fc
    .string()
    .map((one) => JSON.stringify(one))
    .filter(withoutProto)
  const wrap = fc.constantFrom(
    (json: string) => json,
    (json: string) => `[1, ${json}]`,
    (json: string) => `{"a": {"b": ${json}}}`,
    (json: string) => `{"a":[[],{}, ${json}],"b":{}}`,
  )
  fc.assert(
    fc.property(name, value, value, value, wrap, (twice, one, other, between, around) => {
      const json = around(`{${twice}:${one},"\\u0000between":${between}, ${twice} : ${other}}`)
      JSON.parse(json)
      expect(hasPlainNames(json)).toBe(false)
    }),
  )
})

test('one name in two objects, and a value that looks like a name, are nothing', () => {
  for (const json of [
    '[{"a":1},{"a":2}]',
    '{"a":{"a":{"a":1}}}',
    '{"a":"a","b":"a"}',
    '["a","a"]',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":[{"b":1},{"b":1}],"b":1}',
  ]) {
    expect(hasPlainNames(json), json).toBe(true)
  }
  for (const json of ['{"__proto__":1}', '{"a":[{"\\u005f_proto__":1}]}', '{"a":1,"\\u0061":2}'])
    expect(hasPlainNames(json), json).toBe(false)
})
