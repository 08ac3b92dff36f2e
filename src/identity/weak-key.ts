/** A public key as a JWK Set has it; nothing of it is checked yet. */
type Jwk = Readonly<Record<string, unknown>>

const curves: Readonly<Record<string, readonly unknown[]>> = { EC: ['P-256', 'P-384', 'P-521'], OKP: ['Ed25519'] }
/** Members of a private or secret key (RFC 7518, 6.2.2, 6.3.2 and 6.4). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Why signatures by a key cannot be trusted; undefined if they can. */
export function weaknessOf(jwk: Jwk): string | undefined {
  if (jwk['kty'] === 'oct') return 'it is symmetric, so all who can read it can sign'
  if (secretMembers.some((name) => Object.hasOwn(jwk, name))) return 'its private half is published with it'
  if (jwk['kty'] === 'RSA') return weaknessOfRsa(integer(jwk['n']), integer(jwk['e']))
  const known = typeof jwk['kty'] === 'string' && Object.hasOwn(curves, jwk['kty']) ? curves[jwk['kty']] : undefined
  if (known === undefined) return 'it is of an unknown type'
  return known.includes(jwk['crv']) ? undefined : 'its curve is not one for signatures that are accepted here'
}

/** The bounds are those of FIPS 186-5, A.1.1; OpenSSL reads no modulus above 16,384 bits. */
function weaknessOfRsa(modulus: bigint | undefined, exponent: bigint | undefined): string | undefined {
  if (modulus === undefined || exponent === undefined) return 'its modulus or exponent is not a number'
  const bits = modulus.toString(2).length
  if (bits < 2048 || bits > 16_384) return `its modulus has ${bits} bits, not 2048 to 16384`
  if (modulus % 2n === 0n) return 'its modulus is even'
  if (exponent < 65_537n || exponent >= 2n ** 256n || exponent % 2n === 0n) return 'its exponent is even, below 65537 or above 2^256'
  return isRoca(modulus) ? 'its modulus has the fingerprint of ROCA (CVE-2017-15361), so it can be factored' : undefined
}

/** The small primes modulo which 65537 generates only part of the numbers, so that the fingerprint shows. */
const primes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
const fingerprints = primes.map((prime) => ({ prime: BigInt(prime), powers: powersOf(65_537 % prime, prime) }))

/**
 * Whether a modulus is the product of primes of the form k·M + (65537^a mod M), where M is the product of the first small primes. Modulo
 * each of them it is then a power of 65537, which a random modulus is once in about 2^27 times. Nemec, Sýs, Švenda, Klinec, Matyáš: The
 * Return of Coppersmith's Attack, CCS 2017, section 4 (https://doi.org/10.1145/3133956.3133969).
 */
function isRoca(modulus: bigint): boolean {
  return fingerprints.every(({ prime, powers }) => powers.has(Number(modulus % prime)))
}

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power)
  return powers
}

function integer(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || !/^[\w-]+$/.test(text)) return undefined
  return BigInt(`0x0${Buffer.from(text, 'base64url').toString('hex')}`)
}
