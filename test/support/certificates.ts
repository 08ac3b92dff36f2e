import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate and its private key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/**
 * A certificate authority for one test. Node can make keys and signatures but no certificates, so the few bytes of X.509 are written here.
 */
export interface Authority {
  /** The authority's own certificate, to be trusted. */
  readonly ca: string
  /** Issues a certificate for hosts by name. */
  issue(...hosts: string[]): Certificate
}

/** Makes an authority with a key of its own. */
export function makeAuthority(name = 'Authority of a test'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certify = (subject: string, publicKey: KeyObject, extension: Buffer) =>
    certificate({ issuer: name, subject, publicKey, extension, signer: keys.privateKey })
  return {
    ca: certify(name, keys.publicKey, extensionOf('551d13', sequence(der(0x01, Buffer.from([0xff]))))),
    issue(...hosts) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const names = extensionOf('551d11', sequence(...hosts.map((host) => der(0x82, Buffer.from(host)))))
      return { cert: certify('a server', publicKey, names), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
    },
  }
}

interface Parts {
  issuer: string
  subject: string
  publicKey: KeyObject
  extension: Buffer
  signer: KeyObject
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certificate({ issuer, subject, publicKey, extension, signer }: Parts): string {
  const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'))
  const signed = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(Date.now() - 3_600_000), time(Date.now() + 86_400_000)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  const whole = sequence(signed, ecdsaWithSha256, bits(sign('sha256', signed, signer)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts))
const integer = (bytes: Buffer) => der(0x02, bytes)
const bits = (bytes: Buffer) => der(0x03, Buffer.concat([Buffer.from([0]), bytes]))
const identifier = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const nameOf = (common: string) => sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(common)))))
const time = (ms: number) => der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
const extensionOf = (hex: string, value: Buffer) => sequence(identifier(hex), der(0x04, value))
