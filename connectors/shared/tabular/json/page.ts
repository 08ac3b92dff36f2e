import { memberOf } from './outline.js'
import { isRecord, parse } from './parse.js'

const totals =
  /^(?:@odata\.count|odata\.count|total|totalcount|total_?count|total_?records|total_?results|total_?rows|totalfeatures|total_?items|total_?elements|__count|@count|nhits|numbermatched|num_?found|num_?results|recordcount|resultcount|count)$/i
const nexts =
  /^(?:@odata\.nextlink|odata\.nextlink|nextlink|next|next_?page|next_?page_?url|next_?url|next_?page_?token|next_?cursor|nextrecordsurl|__next|scroll_id|_scroll_id)$/i
const moreSigns = /^(?:exceededtransferlimit|has_?more|has_?next(?:_?page)?|is_?truncated|truncated|incomplete_results|records_truncated)$/i
/** In Spring's answers: whether this is the last page. */
const lasts = /^(?:last|is_?last(?:_?page)?)$/i
const depthMax = 4
const bytesMax = 100_000
const totalsMax = 20

/** Looks beside a list of rows for signs that the list is only a part. */
export class PageSigns {
  #exceeded = false
  #next: string | undefined
  readonly #totals: { name: string; value: number }[] = []
  #failed = false

  /** Adds a member (`"name": value`), latin1, as cut from an object. */
  see(text: string): void {
    if (text.length > bytesMax) return
    const [name, value] = memberOf(text)
    const parsed = value === undefined ? undefined : parse(value)
    if (name !== undefined && parsed !== undefined) this.#look(name, parsed.value, 0)
  }

  /** Reports whether the list is a part. @param rows the number of its rows. */
  problems(rows: number): string[] {
    const problems: string[] = []
    const total = this.#totals.find(({ value }) => value > rows)
    // CKAN links to a next page even from the last one. If a total is known, it decides.
    const isNext = this.#next !== undefined && (this.#totals.length === 0 || total !== undefined)
    const sign = this.#exceeded
      ? 'exceededTransferLimit or the like beside its list says that the service sent only a part'
      : isNext
        ? `${this.#next} leads to a next page`
        : total === undefined
          ? undefined
          : `${total.name} says that there are ${total.value} rows, and ${rows} are here`
    if (sign !== undefined) problems.push(`The file holds only a part of the data: ${sign}. Fetch all pages, and put them together.`)
    if (this.#failed)
      problems.push('The file says of itself that the request failed (success: false). Its rows were read all the same; fetch it again.')
    return problems
  }

  #look(name: string, value: unknown, depth: number): void {
    if (moreSigns.test(name) && value === true) this.#exceeded = true
    else if (nexts.test(name) && isLink(value)) this.#next ??= name
    else if (lasts.test(name) && value === false) this.#exceeded = true
    // Overpass may end a list early, and reports that beside it.
    else if (name === 'remark' && typeof value === 'string' && /error|timed? ?out/i.test(value)) this.#exceeded = true
    else if (totals.test(name) && this.#totals.length < totalsMax) {
      const total = numberIn(value)
      if (total !== undefined) this.#totals.push({ name, value: total })
    } else if (name === 'success' && value === false) this.#failed = true
    if (depth === depthMax) return
    if (Array.isArray(value)) for (const one of value.slice(0, 20)) this.#lookAtLink(one)
    else if (
      isRecord(value) &&
      /^(?:_?links?|meta|metadata|paging|pagination|page|pages|page_?info|properties|result|cursor|next|d|@odata.*)$/i.test(name)
    ) {
      for (const [inner, one] of Object.entries(value).slice(0, 100)) this.#look(inner, one, depth + 1)
    }
  }

  /** A link of OGC API: `{"rel":"next","href":…}`. */
  #lookAtLink(value: unknown): void {
    if (isRecord(value) && value.rel === 'next' && isLink(value.href)) this.#next ??= 'a link'
  }
}

/** A number, written as such, as text (OData 2) or as `{"value": …}` (Elasticsearch). */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return /^\d{1,15}$/.test(value) ? Number(value) : undefined
  return isRecord(value) && typeof value.value === 'number' ? value.value : undefined
}

function isLink(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : isRecord(value) && isLink(value.href)
}
