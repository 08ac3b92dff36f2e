import { columnAt } from '../../engine-sql.js'
import { asText, type Decision } from '../typing/decision.js'

const bigintMax = 2n ** 63n
/** Whole numbers up to here may be ids; those beyond are measures. */
const [idFrom, idTo] = [1e15, 1e25]
/** A double holds as many digits. */
const doubleDigits = 17

/** What the numbers of one column are, seen one by one as `numberText` writes them. */
export class NumberColumn {
  /** Every one is whole; whether a BIGINT holds them all. */
  #whole = true
  #fitsBigint = true
  /** A whole number, written out, that a double may not hold. */
  #hasWide = false
  #scaleMax = 0
  #digitsMax = 0
  /** Whole numbers of 16 digits and more: those that end in zeros, or are rounded, and those with every digit. */
  #cut = 0
  #exact = 0
  #hasFraction = false
  least = Infinity
  most = -Infinity

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

  /** Excel keeps 15 digits of a number, and puts zeros in place of the others: of an id or an account no digit may be lost. */
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
   * The type that holds every number exactly: whole ones are INT64, fractions of up to four digits DECIMAL at the largest scale, all others
   * DOUBLE; text where no type does. Reads the texts in c`position`.
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

  /** The most digits after the point, where the numbers are written without exponents. */
  get scaleMost(): number | undefined {
    return Number.isFinite(this.#scaleMax) ? this.#scaleMax : undefined
  }
}

const tooLarge = 'its numbers are larger than can be held exactly; kept as text.'
