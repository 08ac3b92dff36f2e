/** What one section of a number format shows. */
export interface FormatSection {
  /** `literal` shows no number, only fixed text. */
  kind: 'number' | 'date' | 'literal' | 'text'
  /**
   * For a date, which letters it has: days, months or years; hours, minutes or seconds; seconds; elapsed time beyond 24 hours or 60
   * minutes.
   */
  day: boolean
  clock: boolean
  seconds: boolean
  elapsed: boolean
  /** Words, currencies and `%` that are shown with the number. */
  unit: string
  /** The fewest digits before the point: 5 for `00000`, which shows 123 as 00123. */
  wholeDigits: number
  /** The condition for its use, if it states one. */
  condition: ((value: number) => boolean) | undefined
}

/** A parsed number format. */
export type NumberFormat = readonly FormatSection[]

const lengthMax = 1000

const plain: FormatSection = {
  kind: 'number',
  day: false,
  clock: false,
  seconds: false,
  elapsed: false,
  unit: '',
  wholeDigits: 0,
  condition: undefined,
}

/** The format that shows a number as it is. */
export const general: NumberFormat = [plain]

/** All tokens of a section (ECMA-376, part 1, 18.8.30 and 18.8.31). Tokens that quote letters come first. */
const tokens =
  /"(?<quoted>[^"]*)"?|\\(?<escaped>.?)|[_*].?|\[(?<bracket>[^\]]*)\]?|(?<general>general|standard)|(?<half>am\/pm|a\/p|上午\/下午|午前\/午後)|(?<exponent>e[+-])|(?<letters>y+|m+|d+|h+|s+|a{3,}|[eg]+|b+)|(?<digits>[0#?]+)|(?<point>\.)|(?<section>;)|(?<text>@)|(?<other>[^])/giu

/** Parses a format code. An invalid code shows plain numbers. */
export function parseNumberFormat(code: string): NumberFormat {
  const sections: FormatSection[] = []
  let open = new Section()
  for (const { groups = {} } of code.slice(0, lengthMax).matchAll(tokens)) {
    if (groups.section === undefined) open.take(groups)
    else {
      sections.push(open.done())
      open = new Section()
    }
  }
  sections.push(open.done())
  return sections.slice(0, 4)
}

/** The section for a number: by the sections' conditions, otherwise by its sign. */
export function sectionFor(format: NumberFormat, value: number): FormatSection {
  if (format.length === 1) return format[0] as FormatSection
  const sections = format.filter(({ kind }, position) => position < 3 && !(kind === 'text' && position > 0))
  const [first = plain, second = first, third] = sections
  const found = sections.some(({ condition }) => condition !== undefined)
    ? byCondition(first, second, third, value)
    : bySign(first, second, third, value)
  // `dd/mm/yyyy;;` hides anything but dates, and a hidden number is still meant as a date.
  return found.kind === 'literal' ? (sections.find(({ kind }) => kind === 'date') ?? found) : found
}

function bySign(first: FormatSection, second: FormatSection, third: FormatSection | undefined, value: number): FormatSection {
  if (value < 0) return second
  return value === 0 ? (third ?? first) : first
}

function byCondition(first: FormatSection, second: FormatSection, third: FormatSection | undefined, value: number): FormatSection {
  const isFirst =
    first.condition ?? ((number: number) => (third === undefined && second.condition === undefined ? number >= 0 : number > 0))
  if (isFirst(value)) return first
  if (second.condition?.(value) ?? (third === undefined || value < 0)) return second
  return third ?? second
}

/** A section while its tokens are read. */
class Section {
  #digits = false
  #general = false
  #text = false
  #day = false
  #clock = false
  #seconds = false
  #elapsed = false
  #unit = ''
  #wholeDigits = 0
  /** Whether the tokens are after the point, or in an exponent or fraction. */
  #isBehind = false
  #condition: FormatSection['condition']
  /** Whether `m` was seen. It means minutes after hours or before seconds, otherwise months. */
  #months = false
  #last: 'hours' | 'minutes' | 'seconds' | undefined

  take(token: Readonly<Record<string, string | undefined>>): void {
    const { quoted, escaped, bracket, half, exponent, letters, digits, other } = token
    if (token.point !== undefined || exponent !== undefined || other === '/') this.#isBehind = true
    else if (digits !== undefined && !this.#isBehind) this.#wholeDigits += digits.split('0').length - 1
    if (bracket !== undefined) this.#bracket(bracket)
    else if (quoted !== undefined || escaped !== undefined) this.#shows(quoted ?? escaped ?? '')
    else if (token.general !== undefined) this.#general = true
    else if (half !== undefined) this.#clock = true
    else if (letters !== undefined) this.#letters(letters.toLowerCase())
    // Digits after the point of seconds are fractions of a second.
    else if (digits !== undefined || exponent !== undefined) this.#digits ||= this.#last !== 'seconds'
    else if (token.text !== undefined) this.#text = true
    else if (other !== undefined) this.#shows(other)
  }

  done(): FormatSection {
    this.#day ||= this.#months
    const isDate = !this.#digits && !this.#general && (this.#day || this.#clock || this.#elapsed)
    const kind = isDate ? 'date' : this.#digits || this.#general ? 'number' : this.#text ? 'text' : 'literal'
    return {
      kind,
      day: this.#day,
      clock: this.#clock,
      seconds: this.#seconds,
      elapsed: this.#elapsed,
      unit: isDate ? '' : this.#unit.trim(),
      wholeDigits: this.#wholeDigits,
      condition: this.#condition,
    }
  }

  #shows(sign: string): void {
    if (/[\p{L}\p{Sc}%‰°]/u.test(sign)) this.#unit += sign
  }

  /** `[Red]`, `[>100]`, `[$£-809]`, `[h]`. */
  #bracket(inside: string): void {
    const elapsed = /^(?:h+|m+|s+)$/i.exec(inside)?.[0].toLowerCase()
    if (elapsed !== undefined) {
      this.#elapsed = true
      this.#clock = true
      this.#seconds ||= elapsed.startsWith('s')
      this.#last = elapsed.startsWith('h') ? 'hours' : elapsed.startsWith('m') ? 'minutes' : 'seconds'
    } else if (inside.startsWith('$')) this.#shows(inside.slice(1).replace(/-(?:[\dA-F]*|x-sys\w*)$/i, ''))
    else this.#condition ??= conditionOf(inside)
  }

  #letters(letters: string): void {
    switch (letters[0]) {
      case 'h':
        this.#day ||= this.#months
        this.#months = false
        this.#clock = true
        this.#last = 'hours'
        return
      case 's':
        this.#clock = this.#seconds = true
        this.#months = false
        this.#last = 'seconds'
        return
      case 'm':
        if (letters.length <= 2 && this.#last === 'hours') {
          this.#last = 'minutes'
          return
        }
        // Counts as months at first. If seconds follow, it means minutes.
        if (letters.length > 2) this.#day = true
        else this.#months = true
        this.#last = undefined
        return
      default:
        this.#day = true
        this.#months = false
        this.#last = undefined
    }
  }
}

function conditionOf(inside: string): FormatSection['condition'] {
  const [, sign, number] = /^(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)$/.exec(inside.trim()) ?? []
  if (sign === undefined) return undefined
  const limit = Number(number)
  switch (sign) {
    case '<':
      return (value) => value < limit
    case '<=':
      return (value) => value <= limit
    case '>':
      return (value) => value > limit
    case '>=':
      return (value) => value >= limit
    case '=':
      return (value) => value === limit
    default:
      return (value) => value !== limit
  }
}
