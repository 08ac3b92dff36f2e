/** How every part of a workbook begins. */
export const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageRelationships = 'http://schemas.openxmlformats.org/package/2006/relationships'
const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** The two sheets of a workbook: the rows, and what is to be known about them. */
export const sheets = [
  { name: 'Rows', part: 'xl/worksheets/sheet1.xml' },
  { name: 'About', part: 'xl/worksheets/sheet2.xml' },
] as const

/** The parts of a workbook that are the same in each (ISO/IEC 29500-2). Readers look for the first of them first. */
export const fixedParts: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${xmlHead}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${spreadsheet}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${spreadsheet}.styles+xml"/>${sheets
    .map(({ part }) => `<Override PartName="/${part}" ContentType="${spreadsheet}.worksheet+xml"/>`)
    .join('')}</Types>`,
  '_rels/.rels': `${xmlHead}<Relationships xmlns="${packageRelationships}"><Relationship Id="rId1" Type="${relationships}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${xmlHead}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${relationships}"><workbookPr date1904="0"/><sheets>${sheets
    .map(({ name }, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
    .join('')}</sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${xmlHead}<Relationships xmlns="${packageRelationships}">${sheets
    .map(({ part }, index) => `<Relationship Id="rId${index + 1}" Type="${relationships}/worksheet" Target="${part.slice('xl/'.length)}"/>`)
    .join('')}<Relationship Id="rId${sheets.length + 1}" Type="${relationships}/styles" Target="styles.xml"/></Relationships>`,
}
