import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isLong, long } from '../support/long.js'
import { folderOf, typesOf } from './support/folder.js'

const suite = fileURLToPath(new URL('../../../shared/data/suites/frictionless', import.meta.url))
const present = existsSync(suite)
if (!present) console.warn('NOT RUN: the frictionless fixtures. ../shared/data is not beside this checkout')
else if (!isLong) console.warn('NOT RUN: the frictionless fixtures. They take long: npm run test:long')

/**
 * What becomes of each tabular fixture: its rows and columns and whether anything was told, or why it is refused. Of a workbook each sheet.
 */
const outcomes: [name: string, outcome: string][] = [
  ['Table With Data.csv', '2 rows: id INT64, name STRING'],
  ['[table].csv', '2 rows: id INT64, name STRING'],
  ['accent.csv', '2 rows: 18 columns'],
  [
    'adjust-floating-point-error.xlsx',
    '5 rows: Sample Name STRING, peak PO4 DOUBLE, actual PO4 (formula) DOUBLE, actual PO4 (values) DOUBLE',
  ],
  ['analysis-data.csv', '9 rows: 11 columns'],
  ['ascii-notvalid.csv', '1 rows: A INT64, B STRING, C STRING'],
  ['ascii.csv', '1 rows: A INT64, B INT64, C INT64'],
  ['blank-cells.csv', '5 rows: id INT64, name STRING'],
  ['blank-headers.csv', '2 rows: id INT64, column_2 STRING, age INT64; told: Column 2 had no name; named by position (column_2).'],
  [
    'blank-rows-multiple.csv',
    '2 rows: id INT64, name STRING, age INT64; told: Lines 4, 5, 6, 7, 8 and 6 more: no field holds a value; left out.',
  ],
  ['blank-rows-no-fields.csv', '2 rows: id INT64, name STRING, age INT64'],
  ['blank-rows.csv', '2 rows: id INT64, name STRING, age INT64; told: Line 4: no field holds a value; left out.'],
  ['bom.csv', '2 rows: id INT64, name STRING'],
  ['capital-3.csv', '5 rows: id INT64, name STRING'],
  [
    'capital-invalid.csv',
    '9 rows: id INT64, name STRING, name_2 STRING; told: Column 3 had the name of an earlier column; numbered (_2, _3 …). Line 12: looks like the header of another table under the first. All were read as one table, so its columns mix theirs: publish each as a file (or sheet) of its own. Line 10: fewer fields than columns; the missing ones at the end were read as empty. Line 12: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  ['capital-valid.csv', '5 rows: id INT64, name STRING'],
  ['capitals.csv', '5 rows: id INT64, cid INT64, name STRING'],
  ['cast-int-to-string-issue-1251.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  [
    'cast-int-to-string-issue-1251.xlsx',
    '2 rows: A STRING, B STRING, C INT64, D STRING, E INT64; told: Column D: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 2 and 3; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml.',
  ],
  ['chunk1.csv', '1 rows: id INT64, name STRING'],
  ['chunk1.csv.zip', 'refused: not read (compressed). Unpack it.'],
  ['chunk2.csv', '1 rows: id INT64, name STRING'],
  ['chunk2.csv.zip', 'refused: not read (compressed). Unpack it.'],
  [
    'chunk2.headless.csv',
    '1 rows: column_1 INT64, column_2 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …).',
  ],
  [
    'chunk3.csv',
    '1 rows: column_1 INT64, column_2 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …).',
  ],
  ['compression/explicit.csv.gz', 'refused: not read (compressed). Unpack it.'],
  ['compression/explicit.csv.zip', 'refused: not read (compressed). Unpack it.'],
  ['compression/implicit-gz.csv', 'refused: The file is not text but compressed by gzip: unpack it.'],
  [
    'compression/implicit-zip.csv',
    'refused: The file is not text but a ZIP file, perhaps a workbook: give it the ending .xlsx, or unpack it.',
  ],
  ['countries-cleaned.csv', '4 rows: id INT64, neighbor_id INT64, name STRING, population INT64'],
  ['countries-truefalsevalues.csv', '2 rows: id INT64, value STRING'],
  [
    'countries.csv',
    '4 rows: id INT64, neighbor_id STRING, name STRING, population INT64; told: Line 1 above the table: left out (title or note). Line 4: more fields than columns; left out. A field that holds the delimiter needs quotes around it. Line 7: fewer fields than columns; the missing ones at the end were read as empty.',
  ],
  ['country-1.csv', '5 rows: id INT64, neighbor_id INT64, name STRING, population INT64'],
  [
    'country-2.csv',
    '5 rows: id INT64, neighbor_id INT64, name STRING, population INT64; told: Line 1 above the table: left out (title or note).',
  ],
  ['country-3.csv', '5 rows: id INT64, capital_id INT64, name STRING, population INT64'],
  ['data.csv', '2 rows: id STRING, name STRING, description STRING, amount DECIMAL(1)'],
  ['data2.csv', '3 rows: parent STRING, comment STRING'],
  [
    'defective-rows.csv',
    '2 rows: id INT64, name STRING, age INT64, column_4 STRING; told: Column 4 had no name; named by position (column_4). Line 2: fewer fields than columns; the missing ones at the end were read as empty.',
  ],
  ['delimiter.csv', '2 rows: id INT64, name STRING'],
  [
    'dialect.csv',
    '1 rows: id INT64, name STRING; told: Line 3: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  ['doublequote.csv', '5 rows: 17 columns'],
  ['doublequote.csv.zip', 'refused: not read (compressed). Unpack it.'],
  [
    'duplicate-column.csv',
    '1 rows: A STRING, B STRING, B_2 STRING, C STRING; told: Column 3 had the name of an earlier column; numbered (_2, _3 …).',
  ],
  [
    'duplicate-headers.csv',
    '2 rows: id INT64, name STRING, id_2 INT64, age INT64, id_3 STRING; told: Columns 3 and 5 had the name of an earlier column; numbered (_2, _3 …).',
  ],
  ['duplicate-rows.csv', '3 rows: id INT64, name STRING, age INT64'],
  ['empty.csv', 'refused: The file is empty.'],
  ['encoding-issue-274.csv', '507 rows: 17 columns'],
  [
    'escaping.csv',
    '2 rows: ID INT64, Test STRING; told: Line 4: a quote is opened and never closed; left out. Close it, or double it where it belongs to the text.',
  ],
  [
    'fixtures/template.xlsx',
    '0 rows: abc STRING, xyz STRING, string STRING, number STRING, integer STRING, boolean STRING; told: No row stands under the header, so the table is empty. Put rows under it, or delete the sheet if it holds a remark. | 2 rows: A STRING | 2 rows: X STRING',
  ],
  ['floats.csv', '5 rows: number DECIMAL(1)'],
  ['geopoint/data/geopoint-object.csv', '3 rows: Office STRING, Location STRING'],
  ['infer/data.csv', '2 rows: id STRING, name STRING, description STRING, amount DECIMAL(1)'],
  ['infer/data2.csv', '3 rows: parent STRING, comment STRING'],
  ['innerpath.package.zip', 'refused: not read (compressed). Unpack it.'],
  [
    'invalid.csv',
    '2 rows: id INT64, name STRING, name_2 STRING; told: Column 3 had neither a name nor a value; left out. Column 4 had the name of an earlier column; numbered (_2, _3 …). Lines 2 and 3: fewer fields than columns; the missing ones at the end were read as empty. Line 5: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  ['invalid/data.csv', '2 rows: id STRING, name STRING, description STRING, amount DECIMAL(1)'],
  ['invalid/data2.csv', '3 rows: parent STRING, comment STRING'],
  [
    'issue-1004-data1.csv',
    '4 rows: id INT64, neighbor_id STRING, name STRING, population INT64; told: Line 3: more fields than columns; left out. A field that holds the delimiter needs quotes around it. Line 6: fewer fields than columns; the missing ones at the end were read as empty.',
  ],
  [
    'issue-1004-data2.csv',
    '2 rows: id INT64, name STRING, country STRING, city STRING; told: Lines 2 and 3: fewer fields than columns; the missing ones at the end were read as empty. Line 5: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  ['issue-1009-comma.csv', '1 rows: fieldNameA STRING, fieldNameB STRING'],
  ['issue-1009-semicolon.csv', '1 rows: fieldNameA STRING, fieldNameB STRING'],
  [
    'issue-1024.xlsx',
    '49 rows: 55 columns; told: Columns 1, 2, 3, 4, 5 and 29 more had no name; named by position (column_1). Columns 24, 28, 30, 32, 34 and 9 more had the name of an earlier column; numbered (_2, _3 …). Rows 7, 8, 9 and 10 above the table: left out (title or note). Column column_4: nearly all of its values are numbers, but not all; kept as text. Column column_6: nearly all of its values are months, but not all; kept as text. Column column_7: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 12 and 13; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_9: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 12 and 13; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_25: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 12 and 13; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. 14 columns: its cells are numbers, but for 1 that may stand for no value (such as #); kept as text. Say `type: INT64` in catalogue.yaml to read those as empty. 14 columns: nearly all of its cells are numbers, but not all (row 12 is the first of text); kept as text. Mend those cells and save the workbook again. The last 2 rows look like notes under the table: only the first column holds anything. They were kept as rows, and counted: take them out of the file.',
  ],
  ['issue-1066-largecellsize.csv', '19 rows: Description STRING, status STRING'],
  ['issue-1066-largecellsizewithdeviation.csv', '19 rows: Description STRING, status STRING'],
  ['issue-1066-smallcellsize.csv', '12 rows: Description STRING, status STRING'],
  ['issue-1066-smallcellsizewithdeviation.csv', '12 rows: Description STRING, status STRING'],
  ['issue-1100.csv', '2 rows: id INT64, timestamp STRING'],
  ['issue-1105-timezone.csv', '2 rows: id INT64, timestamp TIMESTAMPTZ'],
  ['issue-1109.csv', '3 rows: int INT64, number DECIMAL(2), string STRING'],
  [
    'issue-1138.csv',
    '7 rows: Zeit [MEZ] STRING, Wasserstand INT64, Status STRING; told: Column Zeit [MEZ]: its values are dates written in several ways; kept as text. Write all of them in one plain way, or write type: TIMESTAMP for this column in catalogue.yaml.',
  ],
  [
    'issue-1232.csv',
    '5 rows: comune STRING, codice_regione STRING, codice_provincia STRING, codice_comune STRING, denominazione_comune STRING, sigla_provincia STRING, data_entrata_in_carica DATE',
  ],
  ['issue-1293/sample.json', '2 rows: field LIST'],
  ['issue-1341.csv', '99 rows: 51 columns'],
  [
    'issue-1478/table.csv',
    '10 rows: column_1 STRING, column_2 DATE, column_3 DATE, column_4 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …). Column column_2: no value shows whether day or month comes first; the day was taken to come first, as is usual in the United Kingdom.',
  ],
  ['issue-305.csv', '338 rows: 32 columns'],
  [
    'issue-312.xlsx',
    '4 rows: id INT64, name STRING, column_3 INT64, name_2 INT64, column_5 INT64; told: Columns 3 and 5 had no name; named by position (column_3). Column 4 had the name of an earlier column; numbered (_2, _3 …).',
  ],
  ['issue-313.xlsx', '2 rows: Column_1 STRING, Column_3 STRING, Column_2 STRING, Column_4 STRING, Column_5 STRING'],
  [
    'issue-320.xlsx',
    '49 rows: 54 columns; told: Columns 1, 2, 3, 4, 5 and 28 more had no name; named by position (column_1). Columns 23, 27, 29, 31, 33 and 9 more had the name of an earlier column; numbered (_2, _3 …). Rows 7, 8, 9 and 10 above the table: left out (title or note). Column column_5: nearly all of its values are months, but not all; kept as text. Column column_6: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 12 and 13; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_8: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 12 and 13; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_24: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 12 and 13; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. 14 columns: its cells are numbers, but for 1 that may stand for no value (such as #); kept as text. Say `type: INT64` in catalogue.yaml to read those as empty. 14 columns: nearly all of its cells are numbers, but not all (row 12 is the first of text); kept as text. Mend those cells and save the workbook again. The last 2 rows look like notes under the table: only the first column holds anything. They were kept as rows, and counted: take them out of the file.',
  ],
  [
    'issue-493.csv',
    '9 rows: 126 columns; told: Column createdTime: some of its numbers are written as 1.23E+11, as Excel shows long numbers and codes, so that digits may be lost. Format the cells as numbers without decimals, and save again. Column modifiedTime: some of its numbers are written as 1.23E+11, as Excel shows long numbers and codes, so that digits may be lost. Format the cells as numbers without decimals, and save again. Column snCreatedTime: some of its numbers are written as 1.23E+11, as Excel shows long numbers and codes, so that digits may be lost. Format the cells as numbers without decimals, and save again. Column snModifiedTime: some of its numbers are written as 1.23E+11, as Excel shows long numbers and codes, so that digits may be lost. Format the cells as numbers without decimals, and save again. Column mediaIdOnFacebook: some of its numbers are written as 1.23E+11, as Excel shows long numbers and codes, so that digits may be lost. Format the cells as numbers without decimals, and save again.',
  ],
  ['issue-825.csv', '2 rows: Musei STRING, 2011 STRING, 2010 STRING'],
  ['issue-833.csv', '3 rows: id INT64, value STRING'],
  ['issue-844.csv', '2 rows: nome STRING, età INT64'],
  [
    'issue-870.xlsx',
    '10 rows: column_1 INT64, column_2 STRING, column_3 STRING, column_4 STRING, column_5 STRING, column_6 STRING, column_7 STRING, column_8 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …). Column column_6: nearly all of its cells are numbers, but not all (row 1 is the first of text); kept as text. Mend those cells and save the workbook again. Column column_8: nearly all of its cells are numbers, but not all (row 1 is the first of text); kept as text. Mend those cells and save the workbook again. Column column_7: nearly all of its values are dates, but not all; kept as text.',
  ],
  ['issue-905/bad.csv', '1 rows: id INT64, name STRING'],
  ['issue-905/ok1.csv', '1 rows: id INT64, name STRING'],
  ['issue-905/ok2.csv', '1 rows: id INT64, name STRING'],
  ['issue-991.csv', '1 rows: Excel time INT64, resource1_1_s_mean (°C) INT64, resource1_1_s_max (°C) INT64'],
  [
    'latin1.csv',
    '2 rows: id INT64, name STRING; told: The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 to be certain of every letter.',
  ],
  ['leading-zeros.csv', '3 rows: value STRING'],
  ['long.csv', '6 rows: id INT64, name STRING'],
  ['matrix-with-comment.csv', '4 rows: f1 INT64, f2 INT64, f3 INT64, f4 INT64; told: Line 1 above the table: left out (title or note).'],
  ['matrix.csv', '4 rows: f1 INT64, f2 INT64, f3 INT64, f4 INT64'],
  ['merged-cells-boolean.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['merged-cells.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  [
    'merged-cells.xlsx',
    '0 rows: data STRING; told: No row stands under the header, so the table is empty. Put rows under it, or delete the sheet if it holds a remark.',
  ],
  [
    'multiline-headers.xlsx',
    '3 rows: Region STRING, Caloric contribution STRING, Cumulative impact of changes on cost of food basket STRING, column_4 STRING; told: Column 4 had no name; named by position (column_4). Row 4: merged cells reach over the rows below; only the first of those rows has the value, the others are empty. Unmerge them and fill the value down.',
  ],
  ['nested-invalid.csv', '5 rows: id INT64, cat INT64, name STRING'],
  ['nested.csv', '4 rows: id INT64, cat INT64, name STRING'],
  ['number-format-multicode.xlsx', '3 rows: col1 DOUBLE'],
  [
    'number/number-test.csv',
    '13 rows: number STRING, required STRING, unique STRING, minimum STRING, maximum STRING, enum STRING; told: Column number: some of its values (NaN) are what programs write for no value or an error; kept as text. Leave those fields empty. Column required: some of its values (NaN) are what programs write for no value or an error; kept as text. Leave those fields empty. Column unique: some of its values (NaN) are what programs write for no value or an error; kept as text. Leave those fields empty. Column minimum: some of its values (NaN) are what programs write for no value or an error; kept as text. Leave those fields empty. Column maximum: some of its values (NaN) are what programs write for no value or an error; kept as text. Leave those fields empty. Column enum: some of its values (NaN) are what programs write for no value or an error; kept as text. Leave those fields empty.',
  ],
  ['numeric-labels.csv', '3 rows: 10 columns'],
  ['package-dialect-no-header.csv', '2 rows: details STRING, key STRING, score INT64'],
  ['package-invalid.zip', 'refused: not read (compressed). Unpack it.'],
  ['package.zip', 'refused: not read (compressed). Unpack it.'],
  ['package/data.csv', '2 rows: id STRING, name STRING, description STRING, amount DECIMAL(1)'],
  ['package/data2.csv', '3 rows: parent STRING, comment STRING'],
  [
    'preserve-formatting-percentage.xlsx',
    '3 rows: col1 INT64, col2 DECIMAL(2); told: Column col2: its cells are shown as percentages; the numbers are read as they are stored (25% is 0.25).',
  ],
  [
    'preserve-formatting.xlsx',
    '2 rows: 11 columns; told: No header was found: the first row is data, and the columns are named by position (column_1 …). Column column_2: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_3: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_4: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_5: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_6: its cells are of several kinds (text: 1, numbers: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_7: its cells are of several kinds (text: 1, dates: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_8: its cells are of several kinds (text: 1, dates: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_9: its cells are of several kinds (text: 1, dates: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_10: its cells are of several kinds (text: 1, dates: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. Column column_11: its cells are of several kinds (text: 1, dates: 1), the first of each in rows 1 and 2; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml.',
  ],
  ['primary-file-types.csv', '2 rows: id INT64, integer_minmax INT64, boolean BOOLEAN'],
  ['resource.zip', 'refused: not read (compressed). Unpack it.'],
  [
    'schema-errors.csv',
    '3 rows: id STRING, name STRING, age INT64; told: Line 5: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  ['schema-invalid-empty.json', 'refused: The objects of the file have no members: there is nothing to read.'],
  [
    'schema-invalid-wrong-type.json',
    'refused: The list of the file is empty. Its columns cannot be known: publish it with a row at least once.',
  ],
  [
    'sheet-extract-dialect.json',
    '1 rows: sheet STRING; told: The file is one JSON object, not a list: it was read as one row. Publish a list of objects, or an object a line.',
  ],
  ['sheet2.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['sheet2.xlsx', '2 rows: id INT64, name STRING'],
  ['sheets.xlsx', '1 rows: id INT64, name STRING | 1 rows: id INT64, name STRING | 1 rows: id INT64, name STRING'],
  [
    'skip-blank-at-the-end.csv',
    '2 rows: test1 STRING, test2 INT64; told: Line 2: fewer fields than columns; the missing ones at the end were read as empty.',
  ],
  ['skip-rows-before-headers.csv', '2 rows: id INT64, name STRING; told: Line 1 above the table: left out (title or note).'],
  [
    'skip-rows.csv',
    '3 rows: id STRING, name STRING; told: Line 1 above the table: left out (title or note). Line 4: fewer fields than columns; the missing ones at the end were read as empty.',
  ],
  [
    'skip-rows.xlsx',
    '2 rows: A INT64, B STRING; told: Row 1 above the table: left out (title or note). Column B: its cells are of several kinds (numbers: 1, text: 1), the first of each in rows 3 and 4; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml. The last row looks like a total of the others. It was kept as a row: leave it out of sums.',
  ],
  [
    'structure-errors.csv',
    '2 rows: id INT64, name STRING, age INT64; told: Line 4: no field holds a value; left out. Line 5: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  ['sync-schema.csv', '2 rows: name STRING, id INT64'],
  ['table-chunks/data1/chunk2.csv', '1 rows: id INT64, name STRING'],
  ['table-chunks/data2/chunk2.csv', '1 rows: id INT64, name STRING'],
  ['table-delimiter.csv', '2 rows: id INT64, name STRING'],
  ['table-infer-boolean.xlsx', '2 rows: number INT64, string STRING, boolean BOOLEAN'],
  ['table-infer-increase-limit.csv', '199 rows: a INT64, b DECIMAL(1)'],
  [
    'table-infer-iso-8859-7.csv',
    '4 rows: id INT64, age INT64, name STRING; told: The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 to be certain of every letter.',
  ],
  [
    'table-infer-missing-values.csv',
    '7 rows: id STRING, age INT64, name STRING; told: Column id: its values are numbers, but for 3 of 7 that seem to stand for no value (-); kept as text. Leave those fields empty, or write type: DECIMAL for this column in catalogue.yaml.',
  ],
  ['table-infer-row-limit.csv', '11 rows: id STRING, age STRING, name STRING'],
  ['table-infer-utf8.csv', '5 rows: id INT64, age INT64, name STRING'],
  ['table-infer.csv', '4 rows: id INT64, age INT64, name STRING'],
  ['table-limits.csv', '3 rows: field1 INT64, field2 INT64, field3 INT64, field4 INT64'],
  ['table-multiple-files.zip', 'refused: not read (compressed). Unpack it.'],
  ['table-output.csv', '2 rows: id INT64, name STRING'],
  [
    'table-output.json',
    '2 rows: id INT64, name STRING; told: The rows are lists: the first of them was taken for the names of the columns. Publish a list of objects to be certain.',
  ],
  ['table-output.ods', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table-output.xlsx', '2 rows: id INT64, name STRING'],
  ['table-reverse.csv', '2 rows: id INT64, name STRING'],
  ['table-unicode-headers.csv', '2 rows: id INT64, 国人 STRING'],
  [
    'table-with-accents.csv',
    '638 rows: Classement STRING, Quartier STRING, Date STRING, Année INT64, Occupancy rate DOUBLE, Average Price DOUBLE, RevPAR DOUBLE, Source STRING; told: The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 to be certain of every letter. Column Date: its values are dates whose year has two digits; kept as text. Write all of them in one plain way, or write type: DATE for this column in catalogue.yaml. Column Occupancy rate: its commas were read as decimal commas, and its points as grouping thousands. Column Average Price: its commas were read as decimal commas, and its points as grouping thousands. Column RevPAR: its commas were read as decimal commas, and its points as grouping thousands.',
  ],
  ['table-with-booleans.ods', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table-with-booleans.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table-with-ints-floats-dates.ods', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table-with-ints-floats-dates.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table-with-two-sheets.ods', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table.csv', '2 rows: id INT64, name STRING'],
  ['table.csv.bz2', 'refused: not read (compressed). Unpack it.'],
  ['table.csv.gz', 'refused: not read (compressed). Unpack it.'],
  ['table.csv.xz', 'refused: not read (compressed). Unpack it.'],
  ['table.csv.zip', 'refused: not read (compressed). Unpack it.'],
  [
    'table.json',
    '2 rows: id INT64, name STRING; told: The rows are lists: the first of them was taken for the names of the columns. Publish a list of objects to be certain.',
  ],
  ['table.jsonl', '2 rows: id INT64, name STRING'],
  ['table.keyed.json', '2 rows: id INT64, name STRING'],
  ['table.ndjson', '2 rows: id INT64, name STRING'],
  ['table.ods', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  ['table.parquet', '2 rows: id INT64, name STRING'],
  [
    'table.tsv',
    '3 rows: id INT64, name STRING; told: Column name: some of its values (\\N) are what programs write for no value or an error; kept as text. Leave those fields empty.',
  ],
  ['table.xls', 'refused: not read (a workbook of another format). Save it as .xlsx or CSV.'],
  [
    'table.xlsx',
    '2 rows: id INT64, name STRING | 2 rows: column_1 INT64, column_2 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …).',
  ],
  ['table_with_data.csv', '2 rows: id INT64, name STRING'],
  ['tables/chunk1.csv', '1 rows: id INT64, name STRING'],
  ['tables/chunk2.csv', '1 rows: id INT64, name STRING'],
  [
    'timezone-with-id.csv',
    '4 rows: id INT64, datetime STRING, time STRING; told: Column datetime: its values are times written in several ways; kept as text. Write all of them in one plain way.',
  ],
  [
    'timezone.csv',
    '4 rows: datetime STRING, time STRING; told: Column datetime: its values are times written in several ways; kept as text. Write all of them in one plain way.',
  ],
  ['transform-groups.csv', '6 rows: id INT64, name STRING, population INT64, year INT64'],
  ['transform-pivot.csv', '12 rows: region STRING, gender STRING, style STRING, units INT64'],
  ['transform.csv', '3 rows: id INT64, name STRING, population INT64'],
  [
    'transform.json',
    '3 rows: id INT64, name STRING, population INT64; told: The rows are lists: the first of them was taken for the names of the columns. Publish a list of objects to be certain.',
  ],
  ['transpose.csv', '2 rows: id STRING, 1 STRING, 2 STRING, 3 STRING'],
  ['unique-field.csv', '9 rows: id STRING, name STRING, slug STRING'],
  ['vix.csv', '2 rows: Date TIMESTAMPTZ, VIXClose DECIMAL(2), VIXHigh DECIMAL(2), VIXLow DECIMAL(2), VIXOpen DECIMAL(2)'],
  ['wide.csv', 'refused: The table has more than 2000 columns. Turn its columns into rows, or publish them as several tables.'],
  [
    'without-headers-extra.csv',
    '2 rows: column_1 INT64, column_2 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …). Line 3: more fields than columns; left out. A field that holds the delimiter needs quotes around it.',
  ],
  [
    'without-headers.csv',
    '3 rows: column_1 INT64, column_2 STRING; told: No header was found: the first row is data, and the columns are named by position (column_1 …).',
  ],
  [
    'without-rows.csv',
    '0 rows: id STRING, name STRING; told: The file holds the names of columns and no row under them. If it should hold rows, fetch or save it again.',
  ],
  ['without-rows.csv.zip', 'refused: not read (compressed). Unpack it.'],
  ['zipped-resources/ogd10_catalogs.zip', 'refused: not read (compressed). Unpack it.'],
  [
    'zipped-resources/ogd10_energieforschungstatistik_ch.csv',
    '2311 rows: jahr INT64, klasse_ch INT64, projekttyp STRING, forschungsstaette STRING, finanzquelle STRING, finanzbeitrag DECIMAL(2)',
  ],
  ['Таблица.csv', '2 rows: id INT64, name STRING'],
]

/** `2 rows: id INT64, name STRING`; of more than eight columns their number. */
async function outcomeOf(name: string, content: Buffer): Promise<string> {
  const opened = await folderOf({ [basename(name)]: content })
  const told = (await opened.harvest()).flatMap((event) => {
    if (event.kind === 'problem') return [`refused: ${event.message.replace(`${basename(name)}: `, '').replace(`${basename(name)} `, '')}`]
    if (event.kind !== 'dataset') return []
    return event.dataset.tables.map(({ rowCount, columns, problems }) => {
      const shapes =
        columns.length > 8
          ? `${columns.length} columns`
          : columns.map((column) => `${column.name} ${Object.values(typesOf([column]))[0]}`).join(', ')
      return `${rowCount} rows: ${shapes}${problems.length === 0 ? '' : `; told: ${shortened(problems).join(' ')}`}`
    })
  })
  return told.join(' | ')
}

/** What is reported once for more than eight columns alike. */
function shortened(problems: readonly string[]): string[] {
  const alike = new Map<string, string[]>()
  for (const problem of problems) {
    const text = problem.replace(/^Column [^:]*: /, '')
    alike.set(text, [...(alike.get(text) ?? []), problem])
  }
  return [...alike].flatMap(([text, those]) => (those.length > 8 ? [`${those.length} columns: ${text}`] : those))
}

describe.skipIf(!present || !isLong)('the frictionless tabular fixtures', { tags: [long] }, () => {
  const names = present
    ? readdirSync(suite, { recursive: true })
        .map(String)
        .filter((name) => statSync(join(suite, name)).isFile())
    : []
  const tabular = names.filter((name) => /\.(csv|tsv|jsonl?|ndjson|geojson|xlsx?|ods|parquet|gz|zip|bz2|xz)$/i.test(name))
  const listed = new Map(outcomes)

  it('are each listed here, but for JSON files that are one object and no table', async () => {
    const others = tabular.filter((name) => !listed.has(name))
    for (const name of others)
      expect([name, await outcomeOf(name, readFileSync(join(suite, name)))]).toEqual([
        name,
        expect.stringMatching(
          /^refused: The file is one JSON object, not a list|^\d+ rows: .*; told: .*(?:The file is one JSON object, not a list|The file holds a member|The list ")/,
        ),
      ])
    expect(others.every((name) => name.endsWith('.json'))).toBe(true)
    expect([...listed.keys()].filter((name) => !names.includes(name))).toEqual([])
  })

  it.each(outcomes)('%s', async (name, outcome) => {
    expect((await outcomeOf(name, readFileSync(join(suite, name)))).replaceAll("'", '’')).toBe(outcome)
  })
})
