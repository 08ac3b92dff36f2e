const short = /^-?(?:0|[1-9]\d{0,14})$/
const numeral = /^([+-]?)(\d+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/
const digitsOfDouble = 17

/**
 * Writes a stored number plainly. Spreadsheet programs store doubles with 17 digits (1.1 as 1.1000000000000001), which become the shortest
 * text of the same double. Whole numbers, and numbers with up to four decimals, keep every stored digit. Undefined if the text is not a
 * number, or is too large for a double.
 */
export function numberText(stored: string): string | undefined {
  if (short.test(stored)) return stored === '-0' ? '0' : stored
  const [, sign = '', whole = '', fraction = '', exponent] = numeral.exec(stored) ?? []
  if (whole === '' && fraction === '') return undefined
  const number = Number(stored)
  if (!Number.isFinite(number)) return undefined
  if (exponent !== undefined) {
    const text = String(number)
    // This is a double although it has no fraction. Its last digits were never part of a real number.
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? number.toExponential() : text
  }
  const digits = fraction.replace(/0+$/, '')
  const left = whole.replace(/^0+(?=\d)/, '') || '0'
  if (digits.length <= 4 || left.length + digits.length > digitsOfDouble) {
    return (sign === '-' && number !== 0 ? '-' : '') + left + (digits === '' ? '' : `.${digits}`)
  }
  return String(number)
}
