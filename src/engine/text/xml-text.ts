import { quote } from '../sql/type.js'

/** Characters that XML cannot hold, and the carriage return, which its readers turn into a line feed. */
const unholdable = [...Array.from({ length: 32 }, (_, code) => code).filter((code) => code !== 9 && code !== 10), 0xfffe, 0xffff]
const unholdableClass = '\\x00-\\x08\\x0b-\\x1f\\x{fffe}\\x{ffff}'

/**
 * Text as the text of an element in a workbook (ISO/IEC 29500-1, 22.4.2.4): what XML cannot hold is `_xHHHH_`, and text that looks so
 * already has its underscore escaped the same way.
 */
export function xmlTextSql(sql: string): string {
  const marked = `replace(replace(replace(${sql}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`
  const escaped = unholdable.reduce(
    (text, code) => `replace(${text}, chr(${code}), '_x${code.toString(16).toUpperCase().padStart(4, '0')}_')`,
    `CASE WHEN regexp_matches(${sql}, ${quote(`_x[0-9A-Fa-f]{4}[_${unholdableClass}]`)}) THEN replace(${marked}, '_x', '_x005F_x') ELSE ${marked} END`,
  )
  const needed = `regexp_matches(${sql}, ${quote(`_x[0-9A-Fa-f]{4}_|[${unholdableClass}]`)})`
  return `CASE WHEN ${needed} THEN ${escaped} ELSE ${marked} END`
}
