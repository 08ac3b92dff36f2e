import { quote } from '../sql/type.js'

/** Characters that XML cannot hold, and the carriage return, which its readers turn into a line feed. */
const unholdable = '\\x00-\\x08\\x0b-\\x1f\\x{fffe}\\x{ffff}'

/**
 * Text as the text of an element in a workbook (ISO/IEC 29500-1, 22.4.2.4): what XML cannot hold is `_xHHHH_`, and text that looks so
 * already has its underscore escaped the same way.
 */
export function xmlTextSql(sql: string): string {
  const marked = `replace(replace(replace(${sql}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`
  const looksSo = `regexp_matches(${sql}, ${quote(`_x[0-9A-Fa-f]{4}[_${unholdable}]`)})`
  const plain = `CASE WHEN ${looksSo} THEN replace(${marked}, '_x', '_x005F_x') ELSE ${marked} END`
  // Character by character, which is slow, and seldom needed.
  const code = `CASE WHEN regexp_matches(one, '[${unholdable}]') THEN printf('_x%04X_', ord(one)) ELSE one END`
  const escaped = `array_to_string(list_transform(regexp_extract_all(${plain}, '(?s).'), lambda one: ${code}), '')`
  const needed = `regexp_matches(${sql}, ${quote(`_x[0-9A-Fa-f]{4}_|[${unholdable}]`)})`
  return `CASE WHEN ${needed} THEN ${escaped} ELSE ${marked} END`
}
