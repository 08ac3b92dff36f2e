/** Values that look like numbers or dates and are not certain to be such: their column stays text, and is told. No pattern of `patterns` fits one of them. */
interface Lookalike {
  /** What they are, in words for everybody. */
  readonly are: string
  /** RE2, over the whole trimmed value. */
  readonly regex: string
}

const digits = '[0-9](?:[0-9.,]*[0-9])?'
const decimalCommas = 'numbers with a decimal comma'
const month = '(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)'

export const lookalikes: readonly Lookalike[] = [
  { are: decimalCommas, regex: '-?(?:[0-9]+|[1-9][0-9]{0,2}(?:[. ][0-9]{3})+),[0-9]+' },
  { are: 'percentages', regex: `[-+]?${digits} ?%` },
  { are: 'amounts with a currency sign', regex: `[-(]?[£$€¥] ?-?${digits}\\)?|-?${digits} ?[£$€¥]` },
  { are: 'numbers in brackets', regex: `\\(${digits}\\)` },
  { are: 'numbers with a minus sign that is no hyphen', regex: `[\u2212\u2013]${digits}` },
  { are: 'dates whose year has two digits', regex: ['/', '-', '.', ' '].map((sign) => `[0-9]{1,2}[${sign}](?:[0-9]{1,2}|${month})[${sign}][0-9]{2}`).join('|') },
]

/** Which of them are numbers with a decimal comma. */
export const decimalComma = lookalikes.findIndex(({ are }) => are === decimalCommas)

/** Texts that stand for no value in many a file, in lower case. They may be values all the same, and so make their column text. */
export const noValues = [
  '-', '--', '\u2013', '\u2014', '.', '..', '...', '?', 'n/a', 'n/a.', 'n.a.', 'na', '#n/a', '#value!', '#ref!', '#div/0!', 'nan', 'null', '(null)', 'nil', 'none', 'not available',
  'not applicable', 'not known', 'unknown', 'no data', 'tbc',
]

/** What any lookalike begins with, other than a digit or a hyphen. */
export const lookalikeSigns = '+(\u2212\u2013£$€¥'
