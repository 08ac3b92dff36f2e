const short = /^-?(?:0|[1-9]\d{0,14})$/
const numeral = /^([+-]?)(\d+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/
const digitsOfDouble = 17

/**
 * A stored number's digits, written plainly. Spreadsheet programs store doubles with 17 digits (1.1 as 1.1000000000000001), so those are
 * put back to the shortest that is the same double. Whole numbers, and fractions of up to four digits, keep every digit that they are
 * stored with. Nothing where the text is no number, or one beyond every double.
 */
export function numberText(stored: string): string | undefined {
  if (short.test(stored)) return stored === '-0' ? '0' : stored
  const [, sign = '', whole = '', fraction = '', exponent] = numeral.exec(stored) ?? []
  if (whole === '' && fraction === '') return undefined
  const number = Number(stored)
  if (!Number.isFinite(number)) return undefined
  if (exponent !== undefined) {
    const text = String(number)
    // A double, though it has no fraction: its last digits are not those of any number that was meant.
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? number.toExponential() : text
  }
  const digits = fraction.replace(/0+$/, '')
  const left = whole.replace(/^0+(?=\d)/, '') || '0'
  if (digits.length <= 4 || left.length + digits.length > digitsOfDouble) {
    return (sign === '-' && number !== 0 ? '-' : '') + left + (digits === '' ? '' : `.${digits}`)
  }
  return String(number)
}
