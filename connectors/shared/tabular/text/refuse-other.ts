import { Unreadable } from '../unreadable.js'

const otherKinds: readonly (readonly [magic: string, kind: string])[] = [
  ['PK\x03\x04', 'a ZIP file, perhaps a workbook: give it the ending .xlsx, or unpack it'],
  ['%PDF', 'a PDF document'],
  ['PAR1', 'a Parquet file: give it the ending .parquet'],
  ['\x1f\x8b', 'compressed by gzip: unpack it'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook: save it as .xlsx or CSV'],
]

/** Text without delimited fields, by its beginning, and what to do. */
const otherTexts: readonly (readonly [start: RegExp, message: string])[] = [
  [
    /^\s*(?:\[\s*)?\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*(?:[,\]]|$))|^\s*\[\s*(?:\[\s*[["\d{-]|\]\s*$)/,
    'The file is JSON, not delimited text. If it holds data, give it the ending .json; if it is the message of an error, fetch the data again.',
  ],
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    'The file is a pointer of Git LFS, not the data that it stands for. Put the data itself here (git lfs pull).',
  ],
  [/^\{\\rtf/, 'The file is a document (RTF), not data. Save the table in it as CSV.'],
  [
    /^\s*(?:--[^\n]*\n\s*|\/\*[^]{0,500}?\*\/;?\s*)*(?:CREATE TABLE|INSERT INTO|DROP TABLE|SET NAMES)\b/i,
    'The file is a program in SQL, not data. Export the table as CSV.',
  ],
  [/^BEGIN:(?:VCARD|VCALENDAR)\r?\n/, 'The file is an address book or a calendar, not a table. Export it as CSV.'],
]

/** A larger share of NUL bytes at the beginning means that the text is damaged, or is no text. */
const nulShareMost = 0.2

/**
 * Refuses a file that is not text, by its beginning.
 * @param head the first bytes of the file.
 * @throws Unreadable with what it is and what to do.
 */
export function refuseOther(head: Buffer): void {
  const start = head.toString('latin1', 0, 1024)
  const other = otherKinds.find(([magic]) => start.startsWith(magic))
  if (other !== undefined) throw new Unreadable(`The file is not text but ${other[1]}.`)
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype\b|!--|\?xml|html\b|head\b|body\b|script\b|meta\b)/i.test(start)) {
    throw new Unreadable('The file is a web page (HTML or XML), not data. Its download met an error or a sign-in page: fetch it again.')
  }
  // A file that was not completely written may end in NUL bytes; the rest is fine.
  const filled = /[\r\n][^\0\r\n]/.test(start) ? start.replace(/\0+$/, '') : start
  const nuls = filled.split('\0').length - 1
  if (start.startsWith('\0') || nuls > filled.length * nulShareMost) {
    throw new Unreadable('The file begins with NUL bytes: it is not text, or it was damaged. Save it again as CSV, UTF-8.')
  }
}

/**
 * Refuses text that is not delimited, by its beginning.
 * @param sample the beginning of the text, UTF-8.
 * @throws Unreadable with what it is and what to do.
 */
export function refuseOtherText(sample: Buffer): void {
  const start = sample.toString('latin1', 0, 1024)
  for (const [pattern, message] of otherTexts) if (pattern.test(start)) throw new Unreadable(message)
}
