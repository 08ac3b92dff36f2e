import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folderOf, refusalOf, tableOf, typesOf } from '../files/support/folder.js'
import { inputOf, tableOfCase } from './support.js'

const told = (pattern: RegExp): unknown => expect.stringMatching(pattern)

/** A file read with what catalogue.yaml says of its columns. */
async function described(name: string, content: string | Buffer, columns: Record<string, string>) {
  const stem = name.slice(0, name.indexOf('.'))
  const opened = await folderOf({
    [name]: content,
    'catalogue.yaml': JSON.stringify({
      datasets: { [stem]: { columns: Object.fromEntries(Object.entries(columns).map(([column, type]) => [column, { type }])) } },
    }),
  })
  const [table] = (await opened.dataset(stem)).tables
  if (table === undefined) throw new Error('no table')
  return { types: typesOf(table.columns), rows: await opened.texts(`${stem}/${table.id}`), problems: table.problems }
}

describe('the cases', () => {
  it('j01 (own): a byte order mark and blank lines', async () => {
    const read = await tableOfCase('json/j01-bom-blank.ndjson')
    expect(read.rows).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', null],
    ])
    expect(read.problems).toEqual([])
  })

  it.each(['j02-envelope-one-line.json', 'j03-envelope-pretty.json'])(
    'j02, j03, j17 (slothflowlabs/duckle#27): an envelope, %s',
    async (name) => {
      const read = await tableOfCase(`json/${name}`)
      expect(read.rows.map(([id]) => id)).toEqual(['1', '2', '3'])
      expect(read.problems).toEqual([
        told(/^The list "(?:data|results)" of the file was read as its table; what stands beside it \(meta\) was set aside\.$/),
      ])
    },
  )

  it('j04 (nao1215/filesql#476): numbers keep their digits', async () => {
    const read = await tableOfCase('json/j04-big.json')
    expect(read.types).toEqual({ id: 'DECIMAL(0)', d: 'DECIMAL(20)', e: 'STRING' })
    expect(read.rows).toEqual([
      ['18446744073709551615', '0.12345678901234567890', '1e400'],
      ['1', '1.50000000000000000000', '2'],
    ])
    expect(read.problems).toEqual([told(/^Column e: .*kept as text/)])
  })

  it('j05 (own): a whole number beyond 2^53 beside a fraction', async () => {
    const read = await tableOfCase('json/j05-int-beside-decimal.json')
    expect(read.types).toEqual({ v: 'DECIMAL(1)' })
    expect(read.rows).toEqual([['9007199254740993.0'], ['0.5'], ['9007199254740995.0']])
  })

  it('j06 (own): mixed kinds', async () => {
    const read = await tableOfCase('json/j06-mixed.json')
    expect(read.types).toEqual({ v: 'JSON' })
    expect(read.rows).toEqual([['1'], ['"1"'], ['true'], [null], ['[1]'], ['{"a":1}']])
  })

  it('j07 (own): dates where the publisher says so', async () => {
    const read = await described('j07-dates.json', await inputOf('json/j07-dates.json'), { on: 'DATE' })
    expect(read.types).toEqual({ id: 'INT64', on: 'DATE' })
    expect(read.rows).toEqual([
      ['1', '2024-01-31'],
      ['2', '2024-02-29'],
      ['3', '2024-02-01'],
    ])
    expect(read.problems).toEqual([])
  })

  it('j08 (pandas-dev/pandas#12213): NaN and Infinity', async () => {
    const read = await tableOfCase('json/j08-nan.json')
    expect(read.rows).toEqual([
      ['1', '1.5'],
      ['2', null],
      ['3', null],
    ])
    expect(read.problems).toEqual([told(/^Elements 2 and 3: NaN or Infinity .* Write null instead\.$/)])
  })

  it('j10 (nao1215/sqly#388): an empty list is reported where no columns are known', async () => {
    expect(await refusalOf('j10.json', await inputOf('json/j10-empty.json'))).toMatch(/list of the file is empty.*publish it with a row/)
  })

  it('j16 (mjorden/cyclelanes#10, geoparquet/geoparquet-io#1134): an error is no data', async () => {
    expect(await refusalOf('j16.json', await inputOf('json/j16-arcgis-error.json'))).toMatch(/message of an error, not data/)
  })

  it('p22 (duckdb/duckdb#12325): JSON in a folder named year=2024', async () => {
    expect((await tableOfCase('year=2024/p22-hive-json.json')).names).toEqual(['id', 'n'])
  })

  it('CLI-BIG (own): digits within JSON', async () => {
    const read = await tableOf(
      't.json',
      '[{"id":1,"j":{"big":9007199254740993}},{"id":2,"j":{ "f": 0.12345678901234567890,\n "l":[1e400, 18446744073709551616], "t":"a  b" }}]',
    )
    expect(read.rows).toEqual([
      ['1', '{"big":9007199254740993}'],
      ['2', '{"f":0.12345678901234567890,"l":[1e400,18446744073709551616],"t":"a  b"}'],
    ])
  })
})

describe('envelopes', () => {
  it.each<[string, string, string[]]>([
    [
      'OData',
      '{"@odata.context":"x","value":[{"a":1},{"a":2}],"@odata.nextLink":"https://example.org?$skip=2"}',
      ['only a part of the data: @odata.nextLink'],
    ],
    [
      'CKAN',
      '{"help":"x","success":true,"result":{"include_total":true,"fields":[{"id":"_id","type":"int"},{"id":"a","type":"text"}],"records":[{"a":1},{"a":2}],"total":2,"_links":{"start":"/a","next":"/a?offset=100"}}}',
      [
        'The list "result.records" of the file was read as its table; what stands beside it (help, success, include_total, fields, total …) was set aside',
      ],
    ],
    [
      'a page of CKAN',
      '{"success":true,"result":{"records":[{"a":1},{"a":2}],"total":32000}}',
      ['total says that there are 32000 rows, and 2 are here'],
    ],
    ['records', '{"records":[{"a":1},{"a":2}]}', []],
    ['items with paging', '{\n"paging":{"next":"https://example.org/2"},\n"items":[{"a":1},{"a":2}]}', ['next leads to a next page']],
    ['OData 2', '{"d":{"results":[{"a":1},{"a":2}],"__count":"2"}}', ['"d.results"']],
    ['Elasticsearch-like', '{"took":3,"hits":{"total":{"value":2},"hits":[{"a":1},{"a":2}]}}', ['"hits.hits"']],
    ['two lists', '{"notes":[{"n":1}],"schools":[{"a":1},{"a":2}]}', ['several lists: "schools" was taken, and left out were "notes"']],
    ['a failure with rows', '{"success":false,"data":[{"a":1},{"a":2}]}', ['request failed']],
    ['a list behind an empty error', '{"error":null,"errors":[],"data":[{"a":1},{"a":2}]}', ['set aside']],
    [
      'pandas, orient table',
      '{"schema":{"fields":[{"name":"a","type":"integer"}],"primaryKey":["a"]},"data":[{"a":1},{"a":2}]}',
      ['The list "data" of the file was read as its table'],
    ],
    ['a page of GitHub', '{"total_count":40,"incomplete_results":false,"items":[{"a":1},{"a":2}]}', ['40 rows']],
    ['comments and a comma', '{ // from the register\n "data": [{"a":1},{"a":2},], }', ['a comma too many']],
  ])('%s', async (_, content, problems) => {
    for (const text of [content, content.replaceAll(',"', ',\n  "')]) {
      const read = await tableOf('t.json', text)
      expect(read.names).toEqual(['a'])
      expect(read.rows).toEqual([['1'], ['2']])
      for (const problem of problems) expect(read.problems.join('\n')).toContain(problem)
      if (problems.length === 0) expect(read.problems).toEqual([])
    }
  })

  it.each<[string, string]>([
    ['a code and a message', '{"code":400,"message":"Invalid"}'],
    ['a failure', '{"success":false}'],
    ['CKAN', '{"help":"x","success":false,"error":{"__type":"Not Found Error","message":"x"}}'],
    ['GraphQL', '{"data":null,"errors":[{"message":"x","path":["a"]}]}'],
    ['Django', '{"detail":"Not found."}'],
    ['AWS', '{"message":"Forbidden"}'],
    ['RFC 9457', '{"type":"about:blank","title":"Not Found","status":404}'],
    ['Socrata', '{\n "code" : "query.compiler.malformed",\n "error" : true,\n "message" : "x"\n}'],
    ['OGC', '{"exceptions":[{"code":"x","text":"y"}]}'],
    ['an empty list', '{"error":"x","data":[]}'],
    ['a failure with an empty list', '{"success":false,"result":{"records":[]}}'],
    ['a status', '{"status":"error","reason":"x"}'],
  ])('an error of %s is no data', async (_, content) => {
    expect(await refusalOf('t.json', content)).toMatch(/message of an error/)
    expect(await refusalOf('t.json', JSON.stringify(JSON.parse(content), null, 2))).toMatch(/message of an error/)
  })

  it.each<[string, string, string[], (string | null)[][]]>([
    [
      'pandas, orient list',
      '{"a":[1,2],"b":["x",null]}',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'pandas, orient columns',
      '{"a":{"0":1,"1":2},"b":{"0":"x","1":null}}',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'pandas, orient index',
      '{"r1":{"a":1,"b":"x"},"r2":{"a":2,"b":null}}',
      ['key', 'a', 'b'],
      [
        ['r1', '1', 'x'],
        ['r2', '2', null],
      ],
    ],
    [
      'pandas, orient split',
      '{"columns":["a","b"],"index":[0,1],"data":[[1,"x"],[2,null]]}',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'Socrata',
      '{"meta":{"view":{"id":"x","columns":[{"id":1,"name":"a","fieldName":"a"},{"id":2,"name":"b"}]}},"data":[[1,"x"],[2,null]]}',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'a census',
      '[["a","b"],[1,"x"],[2,null]]',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'JSON Lines of lists',
      '["a","b"]\n[1,"x"]\n[2,null]\n',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'a sheet of Google',
      '{"range":"A1:B3","majorDimension":"ROWS","values":[["a","b"],["1","x"],["2"]]}',
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    [
      'lists without names',
      '[[1,"x"],[2,null]]',
      ['column_1', 'column_2'],
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    ['one record', '{"a":1,\n"b":"x"}', ['a', 'b'], [['1', 'x']]],
    ['one record on one line', '{"a":1,"b":"x"}', ['a', 'b'], [['1', 'x']]],
  ])('reads and tells %s', async (_, content, names, rows) => {
    const read = await tableOf('t.json', content)
    expect(read.names).toEqual(names)
    expect(read.rows).toEqual(rows)
    expect(read.problems).not.toEqual([])
  })

  it('an object a line stays an object a line, whatever it holds', async () => {
    const read = await tableOf('t.json', '{"a":1,"data":[{"b":1}]}\n{"a":2,"data":[]}\n')
    expect(read.rows).toEqual([
      ['1', '[{"b":1}]'],
      ['2', '[]'],
    ])
    expect((await tableOf('t.ndjson', '{"a":1,"data":[{"b":1},{"b":2}]}\n')).rows).toEqual([['1', '[{"b":1},{"b":2}]']])
  })

  it('an empty list of rows stays the table beside lists that describe it', async () => {
    expect(await refusalOf('t.json', '{"success":true,"result":{"fields":[{"id":"a","type":"text"}],"records":[],"total":0}}')).toMatch(
      /list of the file is empty/,
    )
    expect(await refusalOf('t.json', '{"success":true,"result":{"fields":[{"id":"a","type":"text"}],"records":"a\\n1\\n"}}')).toMatch(
      /no list in it looks like rows/,
    )
    expect(
      (await tableOf('t.json', '{"result":{"fields":[{"id":"a","type":"text"},{"id":"b"}],"records":[[1,"x"],[2,"y"]]}}')).names,
    ).toEqual(['a', 'b'])
  })

  it.each(['{"data":[]}', '{"results":[],"count":0}', '{"value":[]}', '[]', '{"type":"FeatureCollection","features":[]}'])(
    '%s has no rows',
    async (content) => {
      expect(await refusalOf('t.json', content)).toMatch(/empty|without features/)
    },
  )
})

describe('what is not JSON', () => {
  it.each<[string, string, (string | null)[][], RegExp]>([
    ['a comma at the end of a list', '[{"a":1},{"a":2},]', [['1'], ['2']], /^Element 3: nothing stands/],
    ['a hole', '[{"a":1},,{"a":2}]', [['1'], ['2']], /^Element 2: nothing stands/],
    ['a comma at the end of an object', '[{"a":1,},{"a":2}]', [['1'], ['2']], /^Element 1: a comma/],
    ['single quotes', '[{\'a\':\'it"s, [\'},{"a":"2"}]', [['it"s, ['], ['2']], /^Element 1: .*single quotes/],
    ['a dictionary of Python', "[{'a': None}, {'a': 'x'}]", [[null], ['x']], /^Elements 1 and 2: .*single quotes/],
    ['comments', '[ /* one, [ */ {"a":1}, // two {\n {"a":2}]', [['1'], ['2']], /^Elements 1 and 2: a comment/],
    ['a line end in a text', '[{"a":"x\ny"},{"a":"z"}]', [['x\ny'], ['z']], /^Element 1: .*control character/],
    ['half of a letter', '[{"a":"\\ud83d!"},{"a":"z"}]', [['\ufffd!'], ['z']], /^Element 1: .*surrogate/],
    ['a path of Windows', '[{"a":"C:\\data"},{"a":"z"}]', [['C:\\data'], ['z']], /^Element 1: .*backslash/],
    ['minus infinity', '[{"a":-Infinity},{"a":1}]', [[null], ['1']], /^Element 1: NaN or Infinity/],
    ['null among objects', '[{"a":1},null,{"a":2},7]', [['1'], ['2']], /^Elements 2 and 4: not a JSON object but a single value; left out/],
    ['a list among objects', '[{"a":1},[1,2],{"a":2}]', [['1'], ['2']], /^Element 2: not a JSON object but a list/],
    ['an element that is broken', '[{"a":1},{"a":},{"a":2}]', [['1'], ['2']], /^Element 2: not valid JSON; left out/],
    ['a number with a nought before', '[{"a":1},{"a":007}]', [['1']], /^Element 2: not valid JSON/],
    ['text behind the list', '[{"a":1}];\nsomething', [['1']], /More text stands around the list/],
    ['lists after each other', '[{"a":1}]\n[{"a":2}]', [['1'], ['2']], /several lists after each other/],
  ])('%s costs a row at most', async (_, content, rows, problem) => {
    const read = await tableOf('t.json', content)
    expect(read.rows).toEqual(rows)
    expect(read.problems).toContainEqual(told(problem))
    expect(read.problems.join()).not.toContain('C:')
  })

  it('says what other kind of JSON a file is', async () => {
    expect(
      await refusalOf(
        't.json',
        '{"class":"dataset","id":["area"],"size":[2],"dimension":{"area":{"category":{"index":["a","b"]}}},"value":[1,2]}',
      ),
    ).toMatch(/JSON-stat.*CSV/)
    expect(await refusalOf('t.json', '{"profile":"tabular-data-package","resources":[{"name":"a","path":"a.csv"}]}')).toMatch(
      /no list in it looks like rows/,
    )
  })

  it('says where a file does not begin as JSON', async () => {
    expect(await refusalOf('t.json', 'callback([{"a":1}])')).toMatch(/must begin with \[ or \{/)
    expect(await refusalOf('t.json', 'var data = [{"a":1}]')).toMatch(/must begin/)
    expect(await refusalOf('t.json', '{"data":[{"a":1},{"a":2}')).toMatch(/cut short/)
  })
})

describe('how objects follow each other', () => {
  it.each<[string, string | Buffer]>([
    ['CR alone', '{"a":1}\r{"a":2}\r'],
    ['no separator', '{"a":1}{"a":2}'],
    ['objects over several lines', '{\n "a": 1\n}\n{\n "a": 2\n}\n'],
    ['a text sequence (RFC 8142)', '\x1e{"a":1}\n\x1e{\n"a":2}\n'],
    ['blank lines', '\n\n{"a":1}\n\n\t\n{"a":2}'],
    ['a mark within', '{"a":1}\n\ufeff{"a":2}\n'],
    ['UTF-16', Buffer.from('\ufeff{"a":1}\r\n{"a":2}\r\n', 'utf16le')],
    ['a list under another name', '[\n{"a":1},\n{"a":2}\n]'],
  ])('%s', async (_, content) => {
    for (const name of ['t.json', 't.ndjson', 't.jsonl']) {
      expect((await tableOf(name, content)).rows, name).toEqual([['1'], ['2']])
    }
  })

  it('a line that is broken costs itself', async () => {
    const read = await tableOf('t.json', '{"a":1\n{"a":2}\n{"a":3}\n{"a":"x')
    expect(read.rows).toEqual([['2'], ['3']])
    expect(read.problems).toEqual([told(/^Lines 1 and 4: not valid JSON/), told(/^The last line .* cut short/)])
  })

  it('lines with commas behind are read, and told', async () => {
    const read = await tableOf('t.jsonl', '{"a":1},\n{"a":2},\n{"a":3}\n')
    expect(read.rows).toEqual([['1'], ['2'], ['3']])
    expect(read.problems).toEqual([told(/^Lines 1 and 2: a comma/)])
  })

  it('a sequence loses what a separator cuts off, and no more', async () => {
    const read = await tableOf('t.json', '\x1e{"a":1}\n\x1e{"a":"x, \x1e{"a":3}\n')
    expect(read.rows).toEqual([['1'], ['3']])
    expect(read.problems).toEqual([told(/^Object 2: not valid JSON/)])
  })

  it('one giant line of many objects', async () => {
    const content = Array.from({ length: 20_000 }, (_, at) => `{"a":${at},"b":"${'x'.repeat(20)}"}`).join(' ')
    expect((await tableOf('t.json', content)).rows).toHaveLength(20_000)
  })
})

describe('numbers', () => {
  it.each<[string, string[], string, string[]]>([
    ['money of mixed scales', ['10.5', '3', '2.25'], 'DECIMAL(2)', ['10.50', '3.00', '2.25']],
    ['plain fractions', ['0.1', '0.25', '3'], 'DECIMAL(2)', ['0.10', '0.25', '3.00']],
    ['floats of pandas', ['1.0', '2.0', 'null'], 'DECIMAL(1)', ['1.0', '2.0', 'null']],
    ['coordinates', ['-0.1321613783936134', '51.5'], 'DOUBLE', ['-0.1321613783936134', '51.5']],
    ['what a float prints', ['0.30000000000000004', '0.1'], 'DOUBLE', ['0.30000000000000004', '0.1']],
    [
      'neighbours beyond a float',
      ['51.448244435246437', '51.448244435246438'],
      'DECIMAL(15)',
      ['51.448244435246437', '51.448244435246438'],
    ],
    ['what C prints of a float', ['529892.10999999999', '530149'], 'DOUBLE', ['529892.11', '530149']],
    ['exponents', ['1e3', '2.5E-3'], 'DOUBLE', ['1000', '0.0025']],
    ['a whole number beyond 2^53 beside exponents', ['9007199254740993', '1e2'], 'DECIMAL(0)', ['9007199254740993', '100']],
    [
      'a whole number beyond 2^53 beside a long fraction',
      ['9007199254740993', '0.123456'],
      'DECIMAL(6)',
      ['9007199254740993.000000', '0.123456'],
    ],
    ['38 digits', ['12345678901234567890123456789012345678', '-1'], 'DECIMAL(0)', ['12345678901234567890123456789012345678', '-1']],
    ['39 digits', ['123456789012345678901234567890123456789', '-1'], 'STRING', ['123456789012345678901234567890123456789', '-1']],
    ['the least of 64 bits', ['-9223372036854775808', '9223372036854775807'], 'INT64', ['-9223372036854775808', '9223372036854775807']],
    ['one beyond the least', ['-9223372036854775809', '0'], 'DECIMAL(0)', ['-9223372036854775809', '0']],
    ['too small for a float', ['1e-400', '1.5'], 'STRING', ['1e-400', '1.5']],
  ])('%s', async (_, values, type, texts) => {
    const read = await tableOf('t.json', `[${values.map((value) => `{"k":1,"v":${value}}`).join(',')}]`)
    expect(read.types.v).toBe(type)
    expect(read.rows.map(([, value]) => value ?? 'null')).toEqual(texts)
    if (type === 'STRING') expect(read.problems).toEqual([told(/^Column v: .*kept as text/)])
  })

  it('no two different numbers become one', async () => {
    const number = fc.oneof(
      fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }).map(String),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.stringMatching(/^[0-9]{1,10}$/))
        .map(([whole, fraction]) => `${whole}.${fraction}`),
      fc.integer().map(String),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 8 }), async (values) => {
        const read = await tableOf('t.json', `[${values.map((value) => `{"v":${value}}`).join(',')}]`)
        const exact = (text: string) =>
          text
            .replace(/(\.[0-9]*?)0+$/, '$1')
            .replace(/\.$/, '')
            .replace(/^-0$/, '0')
        expect(read.rows.map(([value]) => exact(value ?? ''))).toEqual(values.map(exact))
      }),
      { numRuns: 25 },
    )
  })

  it('keeps digits beside other kinds, and within lists', async () => {
    const read = await tableOf('t.json', '[{"v":18446744073709551616},{"v":"x"},{"v":0.10},{"v":[1e2,{"a":0.12345678901234567890}]}]')
    expect(read.rows).toEqual([['18446744073709551616'], ['"x"'], ['0.10'], ['[1e2,{"a":0.12345678901234567890}]']])
  })
})

describe('types that a publisher asks for', () => {
  it('reads them from texts', async () => {
    const content =
      '[{"d":"31/01/2024","t":"2024-01-31T10:00:00","z":"2024-01-31T10:00:00Z","c":"10:30","i":"7","m":"1.50","f":"1.5","b":"true"},{"d":"01/02/2024","i":null,"m":"2.25"}]'
    const types = { d: 'DATE', t: 'TIMESTAMP', z: 'TIMESTAMPTZ', c: 'TIME', i: 'INT64', m: 'DECIMAL', f: 'DOUBLE', b: 'BOOLEAN' }
    const read = await described('t.json', content, types)
    expect(read.types).toEqual({ ...types, m: 'DECIMAL(2)' })
    expect(read.rows).toEqual([
      ['2024-01-31', '2024-01-31 10:00:00', '2024-01-31 10:00:00+00', '10:30:00', '7', '1.50', '1.5', 'true'],
      ['2024-02-01', null, null, null, null, '2.25', null, null],
    ])
    expect(read.problems).toEqual([])
  })

  it('reads whole numbers that were written as fractions, and numbers beside texts of them', async () => {
    const read = await described('t.json', '[{"i":1.0,"n":1},{"i":2.0,"n":"2"}]', { i: 'INT64', n: 'INT64' })
    expect(read.types).toEqual({ i: 'INT64', n: 'INT64' })
    expect(read.rows).toEqual([
      ['1', '1'],
      ['2', '2'],
    ])
  })

  it('says that a value does not fit only where that is so', async () => {
    const read = await described('t.json', '[{"d":"2024-01-31","n":1},{"d":"soon","n":2.5}]', { d: 'DATE', n: 'INT64' })
    expect(read.types).toEqual({ d: 'STRING', n: 'DECIMAL(1)' })
    expect(read.problems).toEqual([
      told(/^Column d: the catalogue asks for DATE, but 1 of its 2 values cannot be read as that \(the first is in row 2 of the table\)/),
      told(/^Column n: .*not all of its values are/),
    ])
  })
})

describe('names', () => {
  it('takes names that are special elsewhere', async () => {
    const read = await tableOf(
      't.json',
      '[{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4,"":5,"Name":6,"name":7,"name ":8}]',
    )
    expect(read.rows).toEqual([['1', '2', '3', '4', '5', '6', '7', '8']])
    expect(read.names).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'column_5', 'Name', 'name', 'name_2'])
  })

  it('takes them as columns of lists and members as well', async () => {
    const read = await tableOf('t.json', '{"__proto__":[1,2],"b\\"":["x","y"]}')
    expect(read.names).toEqual(['__proto__', 'b"'])
    expect(read.rows).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ])
  })

  it('refuses what is nested without end, and takes what is nested deep', async () => {
    expect(await refusalOf('t.json', `[${'{"a":'.repeat(600)}1${'}'.repeat(600)}]`)).toMatch(/nests deeper/)
    expect((await tableOf('t.json', `[${'{"a":'.repeat(300)}1${'}'.repeat(300)}]`)).rows).toHaveLength(1)
  })
})
