import { columnAt } from '../../engine-sql.js'
import { asText, type Decision } from '../typing/decision.js'

const bigintMax = 2n ** 63n
/** Whole numbers in this range may be ids; larger ones are measurements. */
const [idFrom, idTo] = [1e15, 1e25]
/** The digits that a double holds. */
const doubleDigits = 17

/** Collects what is known about the numbers of a column, in the form of `numberText`. */
export class NumberColumn {
  /** Whether all numbers are whole, and whether a BIGINT holds them all. */
  #whole = true
  #fitsBigint = true
  /** Whether there is a whole number, written out, that a double may not hold. */
  #hasWide = false
  #scaleMax = 0
  #digitsMax = 0
  /** Counts of whole numbers with 16 or more digits: those that end in zeros or are rounded, and those with all digits. */
  #cut = 0
  #exact = 0
  #hasFraction = false
  least = Infinity
  most = -Infinity

  /** Adds a number. */
  add(text: string): void {
    const number = Number(text)
    if (number < this.least) this.least = number
    if (number > this.most) this.most = number
    if (Number.isSafeInteger(number) && text.length < 16) return
    this.#judgeDigits(text, number)
    if (Number.isSafeInteger(number) && text.length < 17) return
    const point = text.indexOf('.')
    if (text.includes('e')) {
      this.#whole = false
      this.#scaleMax = Infinity
    } else if (point !== -1) {
      this.#whole = false
      this.#scaleMax = Math.max(this.#scaleMax, text.length - point - 1)
      if (text.length > 19) this.#digitsMax = Math.max(this.#digitsMax, text.replace(/^-?0*\.?0*|\./g, '').length)
    } else if (!Number.isSafeInteger(number)) {
      this.#hasWide = true
      const exact = BigInt(text)
      this.#fitsBigint &&= exact < bigintMax && exact >= -bigintMax
    }
  }

  /** Whether digits may be lost: Excel keeps only 15 digits of a number, which spoils ids and accounts. */
  get isCut(): boolean {
    return this.#cut > 0 && this.#exact === 0 && !this.#hasFraction
  }

  #judgeDigits(text: string, number: number): void {
    if (!Number.isInteger(number)) this.#hasFraction = true
    else if (Math.abs(number) >= idFrom && Math.abs(number) < idTo) {
      if (text.includes('e') || /^-?\d{15}0+$/.test(text)) this.#cut++
      else this.#exact++
    }
  }

  /**
   * The type that holds every number exactly: INT64 for whole numbers, DECIMAL with the largest scale for up to four decimals, DOUBLE
   * otherwise; text if no type does. Reads the texts in c`position`.
   */
  decide(position: number): Decision {
    const column = columnAt(position)
    const cast = (type: string) => `CAST(${column} AS ${type})`
    const magnitude = Math.max(Math.abs(this.least), Math.abs(this.most))
    if (this.#whole) return this.#fitsBigint ? { shape: { type: 'INT64' }, sql: cast('BIGINT') } : asText(column, tooLarge)
    if (this.#scaleMax <= 4) {
      const scale = this.#scaleMax
      if (magnitude >= 10 ** (37 - scale)) return asText(column, tooLarge)
      return { shape: { type: 'DECIMAL', scale }, sql: cast(`DECIMAL(${magnitude < 10 ** (17 - scale) ? 18 : 38}, ${scale})`) }
    }
    if (this.#hasWide) return asText(column, tooLarge)
    const double: Decision = { shape: { type: 'DOUBLE' }, sql: cast('DOUBLE') }
    if (this.#digitsMax > doubleDigits)
      return { ...double, problem: 'some of its numbers have more than 17 digits; they are read as DOUBLE, which rounds the last.' }
    return Number.isFinite(this.#scaleMax) ? { ...double, plain: column } : double
  }

  /** The most decimals; undefined if a number has an exponent. */
  get scaleMost(): number | undefined {
    return Number.isFinite(this.#scaleMax) ? this.#scaleMax : undefined
  }
}

const tooLarge = 'its numbers are larger than can be held exactly; kept as text.'
