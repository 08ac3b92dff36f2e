import type { Shape } from '../../../src/connector/column.js'
import { columnAt } from '../../shared/engine-sql.js'
import type { CellValue } from './cell-value.js'

/** What the cells of one column are, seen one by one. */
export class SheetColumn {
  readonly #kinds = new Set<CellValue['kind']>()
  #whole = true
  #scaleMin = Infinity
  #scaleMax = 0
  #magnitude = 0
  errors = 0

  add({ kind, text }: CellValue): void {
    if (kind === 'error') return void this.errors++
    this.#kinds.add(kind)
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
  decide(position: number): { shape: Shape; sql: string } {
    const column = columnAt(position)
    const cast = (type: string) => `CAST(${column} AS ${type})`
    switch ([...this.#kinds].sort().join(' ')) {
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
        return { shape: { type: 'STRING' }, sql: column }
    }
  }
}
