import type { FileHandle } from 'node:fs/promises'

const headBytes = 64 * 1024
const cut = 'The file is no workbook (.xlsx), or it was cut short. Save it again.'
const ole = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
const secured = 'The workbook is protected by a password and cannot be read. Save it without one.'

/** Kinds of files by their first bytes. */
const signs: readonly (readonly [start: string, message: string])[] = [
  ['PK\x03\x04', cut],
  ['%PDF', 'The file is a PDF document with the ending of a workbook. Save the data itself as .xlsx or CSV.'],
  ['\x1f\x8b', 'The file is compressed by gzip. Unpack it.'],
  ['PAR1', 'The file is a Parquet file with the ending of a workbook. Give it the ending .parquet.'],
]

const texts: readonly (readonly [start: RegExp, message: string])[] = [
  [
    /^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^>]*>\s*)?(?:<\?mso-application[^>]*>\s*)?<?Workbook\b/i,
    'The file is an XML Spreadsheet of 2003 with the ending of a workbook. Open it in a spreadsheet program and save it as .xlsx.',
  ],
  [
    /^(?:\xef\xbb\xbf)?\s*</,
    'The file is a web page (HTML or XML) with the ending of a workbook. Open it in a spreadsheet program and save it as .xlsx, or fetch it again.',
  ],
]

/** What a file with the ending of a workbook is instead, in words for its publisher. */
export async function otherFormat(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  const head = buffer.toString('latin1', 0, bytesRead)
  if (head === '') return 'The file is empty.'
  if (head.startsWith(ole))
    return (await isEncrypted(file))
      ? secured
      : 'The file is an old Excel workbook (.xls) with another ending. Open it in a spreadsheet program and save it as .xlsx.'
  const kind = signs.find(([start]) => head.startsWith(start)) ?? texts.find(([start]) => start.test(head))
  if (kind !== undefined) return kind[1]
  return isText(head) ? 'The file is plain text with the ending of a workbook. Give it the ending .csv, or save it as .xlsx.' : cut
}

/**
 * Whether the file is an encrypted workbook: a compound file with a stream of this name. Its directory may be anywhere, so the first and
 * the last 8 MiB are searched.
 */
async function isEncrypted(file: FileHandle): Promise<boolean> {
  const name = Buffer.from('EncryptedPackage', 'utf16le')
  const { size } = await file.stat()
  const bytes = Math.min(size, 8 * 1024 * 1024)
  for (const position of new Set([0, size - bytes])) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position)
    if (buffer.subarray(0, bytesRead).includes(name)) return true
  }
  return false
}

function isText(head: string): boolean {
  return /^(?:\xef\xbb\xbf)?[\t\n\r\x20-\x7e\x80-\xff]+$/.test(head)
}
