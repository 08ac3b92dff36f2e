import { columnAt } from '../../shared/engine-sql.js'
import { asText, type Decision } from '../typing/decide.js'
import { nearlyAll } from '../typing/likeness.js'
import { noValues } from '../typing/lookalikes.js'
import type { CellValue } from './cell-value.js'

const cellWords: Record<CellValue['kind'], string> = {
  number: 'numbers', text: 'text', boolean: 'true or false', date: 'dates', datetime: 'times', time: 'times of day', error: 'errors',
}

/** What the cells of one column are, seen one by one. */
export class SheetColumn {
  /** How many cells are of each kind. */
  readonly #kinds = new Map<CellValue['kind'], number>()
  #noValues = 0
  #whole = true
  #scaleMin = Infinity
  #scaleMax = 0
  #magnitude = 0
  errors = 0

  add({ kind, text }: CellValue): void {
    if (kind === 'error') return void this.errors++
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    if (kind === 'text' && noValues.includes(text.trim().toLowerCase())) this.#noValues++
    if (kind !== 'number') return
    const number = Number(text)
    const scale = text.includes('e') ? Infinity : text.length - (text.includes('.') ? text.indexOf('.') + 1 : text.length)
    this.#whole &&= Number.isSafeInteger(number)
    this.#scaleMin = Math.min(this.#scaleMin, scale)
    this.#scaleMax = Math.max(this.#scaleMax, scale)
    this.#magnitude = Math.max(this.#magnitude, Math.abs(number))
  }

  get empty(): boolean {
    return this.#kinds.size === 0
  }

  /** The type that holds for all cells; STRING where they differ. Reads the cells' texts in c`position`. */
  decide(position: number): Decision {
    const column = columnAt(position)
    const cast = (type: string) => `CAST(${column} AS ${type})`
    switch ([...this.#kinds.keys()].sort().join(' ')) {
      case 'number':
        if (this.#whole) return { shape: { type: 'INT64' }, sql: cast('BIGINT') }
        if (this.#scaleMax <= 4 && this.#scaleMin === this.#scaleMax && this.#magnitude < 10 ** 14) {
          return { shape: { type: 'DECIMAL', scale: this.#scaleMax }, sql: cast(`DECIMAL(18, ${this.#scaleMax})`) }
        }
        return { shape: { type: 'DOUBLE' }, sql: cast('DOUBLE') }
      case 'boolean':
        return { shape: { type: 'BOOLEAN' }, sql: cast('BOOLEAN') }
      case 'date':
        return { shape: { type: 'DATE' }, sql: cast('DATE') }
      case 'datetime':
      case 'date datetime':
        return { shape: { type: 'TIMESTAMP' }, sql: cast('TIMESTAMP') }
      case 'time':
        return { shape: { type: 'TIME' }, sql: cast('TIME') }
      default:
        return asText(column, this.#mixed())
    }
  }

  /** What is told where nearly all cells are of one kind, other than text. */
  #mixed(): string | undefined {
    const [kind, count] = [...this.#kinds].sort(([, one], [, other]) => other - one)[0] ?? ['text', 0]
    const total = [...this.#kinds.values()].reduce((sum, one) => sum + one, 0) - this.#noValues
    if (kind === 'text' || count < nearlyAll * total) return undefined
    return count === total ? `its cells are ${cellWords[kind]}, but for some that may stand for no value (such as - or N/A); kept as text.` : `nearly all of its cells are ${cellWords[kind]}, but not all; kept as text.`
  }
}
