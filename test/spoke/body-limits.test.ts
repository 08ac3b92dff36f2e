import { createHash, randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { scanRequestBytesMax } from '../../src/connector/scan-request.js'
import { auditOf } from '../support/audit.js'
import { issuer, startTestSpoke, type TestSpoke } from '../support/spoke.js'

let spoke: TestSpoke
const open: Socket[] = []
beforeAll(async () => {
  spoke = await startTestSpoke({ 'libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n' })
})
afterEach(() => open.splice(0).forEach((socket) => socket.destroy()))
afterAll(() => spoke.remove())

const relation = { op: 'scan', table: 'libraries/libraries', columns: [{ name: 'Name', type: 'STRING' }] }
const scan = JSON.stringify({
  relation,
  ...auditOf(relation),
  ...{ rowsMax: 1000, bytesMax: 1_000_000, timeoutMs: 10_000 },
})

/** Sends the head of a request, and never its body. Answers what the spoke says to that, and whether it ends the connection. */
async function headOnly(headers: Record<string, string>, line = 'POST /scans'): Promise<{ answer: Promise<string>; socket: Socket }> {
  const { hostname, port } = new URL(spoke.url)
  const socket = connect(Number(port), hostname)
  open.push(socket)
  const text = Object.entries({ host: hostname, 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  let answer = ''
  socket.setEncoding('utf8')
  const answered = new Promise<string>((resolve) => {
    socket.on('data', (piece: string) => {
      answer += piece
      if (/\r\n\r\n[^]*\}/.test(answer)) resolve(answer)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(`${answer} CLOSED`))
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(`${line} HTTP/1.1\r\n${text.join('')}\r\n`)
  return { answer: answered, socket }
}

const closed = (socket: Socket) =>
  new Promise<boolean>((resolve) => (socket.closed ? resolve(true) : socket.once('close', () => resolve(true))))
const large = { 'content-length': String(scanRequestBytesMax) }
const token = async () => ({ authorization: `Bearer ${await spoke.signer.sign('purpose+jwt', 'camden', scan)}` })
const post = async (headers: Record<string, string>, body = scan) =>
  (await fetch(`${spoke.url}/scans`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).status

describe('a body of 16 MB that is announced', () => {
  test.each([
    ['without a token', 'POST /scans', {}],
    ['with a token that nobody signed', 'POST /scans', { authorization: 'Bearer a.b.c' }],
  ])('%s is refused before it is sent, and the connection ends', async (_name, line, headers) => {
    const { answer, socket } = await headOnly({ ...large, ...headers }, line)
    expect(await answer).toMatch(/^HTTP\/1\.1 401 .*connection: close/is)
    expect(await closed(socket)).toBe(true)
  })

  test.each(['POST /nothing', 'POST /health', 'POST /catalogue', 'PUT /scans'])('to %s is refused before it is sent', async (line) => {
    const { answer, socket } = await headOnly(large, line)
    expect(await answer).toMatch(/^HTTP\/1\.1 4\d\d .*connection: close/is)
    expect(await closed(socket)).toBe(true)
  })

  test('by forty connections without a token is held by none', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => headOnly({ ...large, authorization: 'Bearer a.b.c' })))
    for (const { answer, socket } of all) {
      expect(await answer).toContain(' 401 ')
      expect(await closed(socket)).toBe(true)
    }
    expect(await post(await token())).toBe(200)
  })

  test('by eight connections with one token is read from one', async () => {
    const once = await token()
    const all = await Promise.all(Array.from({ length: 8 }, () => headOnly({ ...large, ...once })))
    const refused = new Set<Socket>()
    await new Promise<void>((resolve) => {
      for (const { answer, socket } of all)
        void answer.then((text) => {
          if (text.includes(' 401 ')) refused.add(socket)
          if (refused.size === 7) resolve()
        })
    })
    expect(refused.size).toBe(7)
  })

  test('that is larger still is refused with a token too', async () => {
    const larger = await headOnly({ 'content-length': String(scanRequestBytesMax + 1), ...(await token()) })
    expect(await larger.answer).toContain(' 413 ')
  })
})

describe('a body that waits for 100 Continue', () => {
  const waiting = { expect: '100-continue', 'content-length': String(Buffer.byteLength(scan)) }

  test.each([
    ['without a token', {}],
    ['with a token that nobody signed', { authorization: 'Bearer a.b.c' }],
  ])('%s is not asked for', async (_name, headers) => {
    const { answer, socket } = await headOnly({ ...waiting, ...headers })
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(await closed(socket)).toBe(true)
  })

  test('with a token is asked for, and answered', async () => {
    const { answer, socket } = await headOnly({ ...waiting, ...(await token()) })
    const asked = await new Promise<string>((resolve) => socket.once('data', (piece) => resolve(String(piece))))
    expect(asked).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(scan)
    expect(await answer).toContain('HTTP/1.1 200 OK')
  })
})

describe('two Authorization headers', () => {
  test.each([
    ['POST /scans', 'purpose+jwt', scan],
    ['GET /catalogue', 'catalogue+jwt', ''],
  ] as const)('are refused by %s, whichever is good, and use up no token', async (line, type, operation) => {
    const good = `Bearer ${await spoke.signer.sign(type, 'camden', operation)}`
    for (const [authorization, Authorization] of [
      [good, 'Bearer a.b.c'],
      ['Bearer a.b.c', good],
      [good, good],
    ] as [string, string][]) {
      const { answer } = await headOnly({ authorization, Authorization }, line)
      expect(await answer).toMatch(/^HTTP\/1\.1 401 /)
    }
    const [method = '', path = ''] = line.split(' ')
    const headers = { authorization: good, ...(operation === '' ? {} : { 'content-type': 'application/json' }) }
    const response = await fetch(`${spoke.url}${path}`, { method, headers, ...(operation === '' ? {} : { body: operation }) })
    expect(response.status).toBe(200)
    await response.arrayBuffer()
  })
})

describe('a token', () => {
  test('with another body reads nothing, and is used up by it', async () => {
    const once = await token()
    expect(await post(once, scan.replace('1000', '1001'))).toBe(401)
    expect(await post(once)).toBe(401)
  })

  test('of an attacker, with the jti of the hub’s, does not use that up', async () => {
    const { generateKeyPair } = await import('jose')
    const { privateKey } = await generateKeyPair('EdDSA')
    const jti = randomUUID()
    const now = Math.floor(Date.now() / 1000)
    const op_sha256 = createHash('sha256').update(scan).digest('hex')
    const signedBy = (key: Parameters<SignJWT['sign']>[0]) =>
      new SignJWT({ iss: issuer, aud: 'camden', iat: now, exp: now + 60, jti, op_sha256 })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'purpose+jwt', kid: spoke.key.publicJwk.kid as string })
        .sign(key)
    expect(await post({ authorization: `Bearer ${await signedBy(privateKey)}` })).toBe(401)
    expect(await post({ authorization: `Bearer ${await signedBy(spoke.key.privateKey)}` })).toBe(200)
  })
})
