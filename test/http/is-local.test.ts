import { expect, test } from 'vitest'
import { isLocal } from '../../src/http/is-local.js'

const host = { host: 'localhost:4000' }

test.each([
  ['127.0.0.1', host, true],
  ['127.8.9.1', { host: '127.0.0.1' }, true],
  ['::1', { host: '[::1]:4000' }, true],
  ['::ffff:127.0.0.1', host, true],
  ['192.0.2.7', host, false],
  ['::ffff:192.0.2.7', host, false],
  [undefined, host, false],
  ['127.0.0.1', {}, false],
  ['127.0.0.1', { host: 'hub.example.org' }, false],
  ['127.0.0.1', { host: 'localhost.example.org' }, false],
  ['127.0.0.1', { ...host, 'x-forwarded-for': '192.0.2.7' }, false],
  ['127.0.0.1', { ...host, forwarded: 'for=192.0.2.7' }, false],
  ['127.0.0.1', { ...host, via: '1.1 proxy' }, false],
])('a request from %s with %o is local: %s', (peer, headers, local) => expect(isLocal(peer, headers)).toBe(local))
