import type { Shape } from '../../../connector/column.js'
import { xmlHead } from './package.js'

/** Decimals show all digits of their scale up to here. */
const scaleMax = 15
const formats = ['yyyy\\-mm\\-dd', 'yyyy\\-mm\\-dd\\ hh:mm:ss', 'hh:mm:ss', '0', ...scales().map((scale) => `0.${'0'.repeat(scale)}`)]
/** Numbers below belong to Excel's own formats. */
const firstFormat = 164

/** The styles by which the workbook refers to them: 0 is Excel's own, 1 the header's, and then one for each number format. */
export const headerStyle = 1
const [date, dateTime, time, whole] = [2, 3, 4, 5]

/** The style of a column's numbers. */
export function styleOf({ type, scale = 0 }: Shape): number {
  switch (type) {
    case 'DATE':
      return date
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return dateTime
    case 'TIME':
      return time
    case 'INT64':
      return whole
    case 'DECIMAL':
      return scale > scaleMax ? 0 : whole + scale
    default:
      return 0
  }
}

const plain = 'fillId="0" borderId="0" xfId="0"'
const styles = [
  `<xf numFmtId="0" fontId="0" ${plain}/>`,
  `<xf numFmtId="0" fontId="1" ${plain} applyFont="1"/>`,
  ...formats.map((_, index) => `<xf numFmtId="${firstFormat + index}" fontId="0" ${plain} applyNumberFormat="1"/>`),
]

/** The part `xl/styles.xml`. */
export const stylesXml = [
  `${xmlHead}<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`,
  `<numFmts count="${formats.length}">`,
  ...formats.map((code, index) => `<numFmt numFmtId="${firstFormat + index}" formatCode="${code}"/>`),
  '</numFmts>',
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>',
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>',
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
  `<cellXfs count="${styles.length}">${styles.join('')}</cellXfs>`,
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
].join('')

function scales(): number[] {
  return Array.from({ length: scaleMax }, (_, index) => index + 1)
}
