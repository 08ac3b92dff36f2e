import { StringDecoder } from 'node:string_decoder'
import { nextTurn } from '../../../../src/connector/next-turn.js'
import { Unreadable } from '../unreadable.js'

/** Enough bytes for a byte order mark and an XML declaration. */
const headBytes = 256

/** A hostile part may have much work in few letters. So many of them take some milliseconds at worst. */
const lettersAtOnce = 8192

/**
 * Decodes a part's bytes: UTF-8, UTF-16, or the encoding that its XML declaration names. A letter may be split between two pieces. Each
 * piece comes in a turn of its own.
 */
export async function* partText(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const piece of decoded(bytes)) {
    for (let at = 0; at < piece.length; at += lettersAtOnce) {
      yield piece.slice(at, at + lettersAtOnce)
      await nextTurn()
    }
  }
}

async function* decoded(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let held: Buffer | undefined = Buffer.alloc(0)
  let decode: ((piece?: Buffer) => string) | undefined
  for await (const piece of bytes) {
    if (decode !== undefined) yield decode(piece)
    else {
      held = Buffer.concat([held as Buffer, piece])
      if (held.length < headBytes) continue
      decode = decoderOf(held)
      yield decode(held)
      held = undefined
    }
  }
  decode ??= decoderOf(held as Buffer)
  if (held !== undefined) yield decode(held)
  yield decode()
}

/** A function that decodes one piece after the other; called without a piece, it returns the remainder. */
function decoderOf(head: Buffer): (piece?: Buffer) => string {
  const encoding = encodingOf(head)
  if (encoding === 'utf-8') {
    // This is twice as fast as a TextDecoder.
    const decoder = new StringDecoder('utf8')
    return (piece) => (piece === undefined ? decoder.end() : decoder.write(piece))
  }
  try {
    const decoder = new TextDecoder(encoding)
    return (piece) => (piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true }))
  } catch (cause) {
    throw new Unreadable(
      'A part of the workbook is in an encoding that is not known. Open it in a spreadsheet program and save it again.',
      { cause },
    )
  }
}

/** Detects the encoding as in XML 1.0, appendix F. */
function encodingOf(head: Buffer): string {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0x3c && second === 0) return 'utf-16le'
  if (first === 0 && second === 0x3c) return 'utf-16be'
  const declared = /^(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    head.toString('latin1', 0, headBytes),
  )?.[1]
  // A declaration that can be read byte by byte is not UTF-16, whatever it names.
  return declared === undefined || /^(?:utf-?8|utf-?16.*|(?:us-)?ascii)$/i.test(declared) ? 'utf-8' : declared
}
