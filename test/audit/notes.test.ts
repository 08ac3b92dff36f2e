import { adminDraft } from '../../src/audit/log/draft.js'
import { execFile, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commitmentOf, type Opening, parseOpening } from '../../src/audit/entry.js'
import { GrowingTree } from '../../src/audit/merkle/growing-tree.js'
import { leafHash } from '../../src/audit/merkle/hash.js'
import { hashOfRange } from '../../src/audit/merkle/range-hash.js'
import { consistencyRanges } from '../../src/audit/merkle/ranges.js'
import { ProofError } from '../../src/audit/merkle/verify.js'
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from '../../src/audit/notes/checkpoint.js'
import { cosign, cosignedAt } from '../../src/audit/notes/cosignature.js'
import { formatVerifierKey, KeyError, parseVerifierKey, signerKey, verifierKey } from '../../src/audit/notes/keys.js'
import { formatNote, NoteError, parseNote, signatureLine, signNote, verifyNote } from '../../src/audit/notes/signed-note.js'
import { formatProof, parseProof, verifyProof } from '../../src/audit/notes/tlog-proof.js'
import { MemoryLog, testAuditKey } from '../support/audit.js'
import { patienceMs } from '../support/patience.js'

const key = testAuditKey
const witness = signerKey('camden.test/witness', generateKeyPairSync('ed25519').privateKey, 'COSIGNATURE')
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes))
const size = fc.maxSafeNat().filter((one) => String(one).length <= 16)
const name = fc.stringMatching(/^[a-z0-9./-]{1,40}$/)
const line = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replace(/\p{Control}|\p{Surrogate}/gu, ''))
const text = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`)

/** A log of so many entries, and the receipt of one. */
function receiptOf(count: number, at: number): string {
  const log = new MemoryLog()
  const appended = log.appendNow(Array.from({ length: count }, (_, index) => adminDraft('query', { index })))
  return appended[at]?.proof() ?? ''
}
const commitmentIn = (receipt: string) => commitmentOf(parseOpening(String(parseProof(receipt).extra)) as Opening)

describe('a signed note', () => {
  // The example of Go's package golang.org/x/mod/sumdb/note.
  const neumann = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const example =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

  it('of Go’s own example verifies by its key', () => {
    const known = parseVerifierKey(neumann)
    expect([known.name, known.id, formatVerifierKey(known)]).toEqual(['PeterNeumann', 'c74f20a3', neumann])
    expect(verifyNote(parseNote(example), [known])).toEqual([known])
    expect(() => verifyNote(parseNote(example.replace('answer', 'Answer')), [known])).toThrow('is not of this text')
  })

  it('is read as it was written, and verifies', () => {
    fc.assert(
      fc.property(text, (one) => {
        const note = { text: one, signatures: [signNote(one, key), cosign(`${one}\n${signatureLine(signNote(one, key))}`, witness, 7)] }
        expect(parseNote(formatNote(note))).toEqual(note)
        expect(verifyNote(parseNote(formatNote(note)), [key])).toEqual([key])
      }),
      { numRuns: 100 },
    )
  })
})

describe('a verifier key', () => {
  it('is read as it was written, and none with another character', () => {
    fc.assert(
      fc.property(name, hash, fc.constantFrom('ED25519', 'COSIGNATURE'), fc.nat(), fc.nat(127), (of, bytes, type, place, other) => {
        const one = verifierKey(of, bytes, type)
        const written = formatVerifierKey(one)
        expect(parseVerifierKey(written)).toEqual(one)
        const at = place % written.length
        const changed = written.slice(0, at) + String.fromCharCode(other) + written.slice(at + 1)
        if (changed.trim() !== written) expect(() => parseVerifierKey(changed)).toThrow(KeyError)
      }),
      { numRuns: 300 },
    )
  })

  it.each(['', 'a b', 'a+b', 'a\n', 'a\u00a0'])('has no name %j', (of) => {
    expect(() => verifierKey(of, Buffer.alloc(32))).toThrow(KeyError)
  })
})

describe('a checkpoint', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(size, hash, (entries, root) => {
        const head = { origin: key.name, size: entries, root }
        expect(verifyCheckpoint(signCheckpoint(head, key), [key])).toEqual(head)
      }),
      { numRuns: 100 },
    )
  })

  it('is refused for every bit that is another', () => {
    const note = Buffer.from(signCheckpoint({ origin: key.name, size: 1234, root: Buffer.alloc(32, 7) }, key))
    for (let bit = 0; bit < note.length * 8; bit++) {
      const changed = Buffer.from(note)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(() => verifyCheckpoint(changed.toString(), [key]), `bit ${bit}`).toThrow(NoteError)
    }
  })

  it.each(['01', '-1', '1.0', '1e3', ' 1', '9007199254740992', ''])('has no size %j', (entries) => {
    const of = `${key.name}\n${entries}\n${Buffer.alloc(32).toString('base64')}\n`
    expect(() => parseCheckpoint(formatNote({ text: of, signatures: [signNote(of, key)] }))).toThrow(NoteError)
  })
})

describe('a receipt', () => {
  it('is read as it was written, of every entry of a small log', () => {
    for (let count = 1; count <= 9; count++)
      for (let at = 0; at < count; at++) {
        const receipt = receiptOf(count, at)
        const parsed = parseProof(receipt)
        expect(formatProof(parsed)).toBe(receipt)
        expect(verifyProof(parsed, commitmentIn(receipt), [key]).size).toBe(count)
      }
  })

  it('is refused for every bit that is another', () => {
    const receipt = Buffer.from(receiptOf(3, 1))
    for (let bit = 0; bit < receipt.length * 8; bit++) {
      const changed = Buffer.from(receipt)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      let why: unknown
      try {
        const parsed = parseProof(changed.toString())
        const opening = parseOpening(String(parsed.extra))
        if (opening === undefined) continue
        verifyProof(parsed, commitmentOf(opening), [key])
      } catch (thrown) {
        why = thrown
      }
      expect(why instanceof NoteError || why instanceof ProofError, `bit ${bit}`).toBe(true)
    }
  })
})

describe('a cosignature', () => {
  const note = signCheckpoint({ origin: key.name, size: 12, root: Buffer.alloc(32, 1) }, key)

  it('tells when its witness saw the checkpoint, and nothing by another key, of another checkpoint or with another time', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000), fc.nat(71), fc.nat(7), (seconds, place, bit) => {
        const signature = cosign(note, witness, seconds)
        expect(cosignedAt(note, signature, witness)).toBe(seconds)
        const bytes = Buffer.from(signature.bytes)
        bytes[place] = (bytes[place] as number) ^ (1 << bit)
        expect(cosignedAt(note, { ...signature, bytes }, witness)).toBeUndefined()
        const other = signCheckpoint({ origin: key.name, size: 13, root: Buffer.alloc(32, 1) }, key)
        expect(cosignedAt(other, signature, witness)).toBeUndefined()
        expect(cosignedAt(note, signature, { ...witness, type: 'ED25519' })).toBeUndefined()
      }),
      { numRuns: 50 },
    )
    expect(() => verifyCheckpoint(formatNote({ ...parseNote(note), signatures: [cosign(note, witness, 1)] }), [key])).toThrow(
      'no known key',
    )
  })
})

const hasGo = spawnSync('go', ['version']).status === 0
if (!hasGo) console.warn('NOT RUN: our receipts by golang.org/x/mod/sumdb, since Go is not here')

describe.skipIf(!hasGo)('an independent verifier, golang.org/x/mod/sumdb', () => {
  it(
    'reads a receipt of ours, its checkpoint, its cosignature and a consistency proof, and refuses a changed one',
    async () => {
      const folder = fileURLToPath(new URL('go-verifier', import.meta.url))
      const tree = new GrowingTree({ size: 0, peaks: [] })
      const log = new MemoryLog()
      const appended = log.appendNow(Array.from({ length: 300 }, (_, index) => adminDraft('query', { index })))
      let earlier = ''
      for (const { opening } of appended) {
        tree.append(leafHash(commitmentOf(opening)))
        if (tree.size === 77) earlier = signCheckpoint({ origin: key.name, size: 77, root: tree.root() }, key)
      }
      const proof = consistencyRanges(77, 300).map((range) => hashOfRange(range, (block) => tree.hashOf(block)).toString('base64'))
      const receipt = appended[200]?.proof() ?? ''
      const cosigned = receipt + signatureLine(cosign(parseProof(receipt).checkpoint, witness, 1_800_000_000))
      const verified = (given: string) =>
        new Promise<string>((resolve) => {
          const child = execFile('go', ['run', '.'], { cwd: folder, timeout: patienceMs * 2 }, (thrown, out, told) =>
            resolve(thrown === null ? out : out + told),
          )
          child.stdin?.end(
            JSON.stringify({ logKey: formatVerifierKey(key), witnessKey: formatVerifierKey(witness), receipt: given, earlier, proof }),
          )
        })
      const told = await verified(cosigned)
      if (/dial tcp|proxy|no required module|module lookup|i\/o timeout/.test(told)) {
        console.warn('NOT RUN: our receipts by golang.org/x/mod/sumdb, which could not be downloaded')
        return
      }
      expect(told).toBe('holds: entry 200 of 300\n')
      expect(await verified(cosigned.replace('\nindex 200\n', '\nindex 201\n'))).toMatch(/invalid/)
    },
    patienceMs * 4,
  )
})
