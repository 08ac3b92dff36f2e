import { expect, it } from 'vitest'
import { encodeThrift, int32, int64, list, struct, type Struct } from '../../src/parquet/thrift.js'
import { framed, group, leaf, many, parquetOf } from '../support/hostile-parquet.js'
import { refusalOf, tableOf } from './support/folder.js'

it('a Parquet file of this kind is read where it is not hostile', async () => {
  expect((await tableOf('p.parquet', parquetOf([group('root', 1), leaf('c')]))).names).toEqual(['c'])
  expect((await tableOf('p.parquet', parquetOf([group('root', 1), ...many(90, () => group('g', 1)), leaf('c')]))).names).toEqual(['g'])
})

it.each([101, 10_000, 100_000])('a Parquet schema %i levels deep does not end the process', async (levels) => {
  const file = parquetOf([group('root', 1), ...many(levels, () => group('g', 1)), leaf('c')])
  expect(await refusalOf('p.parquet', file)).toMatch(/nests columns deeper than 100 levels\. Publish what they hold/)
})

it('a Parquet file of 100,000 columns is refused before the engine compares their names', async () => {
  const file = parquetOf([group('root', 100_000), ...many(100_000, (at) => leaf(`c${at}`))])
  expect(await refusalOf('p.parquet', file)).toMatch(/more than 2000 columns\. Turn its columns into rows/)
})

it('a Parquet column of 100,000 columns within it is refused', async () => {
  const file = parquetOf([group('root', 1), group('g', 100_000), ...many(100_000, (at) => leaf(`c${at}`))])
  expect(await refusalOf('p.parquet', file)).toMatch(/hold more than 20000 columns within them/)
})

it('a Parquet footer of 50 MB of notes is refused, and so is one of a million row groups without columns', async () => {
  expect(await refusalOf('p.parquet', framed(Buffer.alloc(50_000_000)))).toMatch(/footer is larger than 16 MiB/)
  const empty = struct([1, list('struct', [])], [2, int64(0)], [3, int64(0)])
  const schema = list('struct', [group('root', 1), leaf('c')])
  const groups = list('struct', new Array<Struct>(1_000_000).fill(empty))
  const footer = encodeThrift(struct([1, int32(1)], [2, schema], [3, int64(0)], [4, groups]))
  expect(await refusalOf('p.parquet', framed(footer))).toMatch(/could not be read as Parquet/)
})

it('a Parquet footer that lies about its length, or about how much it lists, is refused', async () => {
  expect(await refusalOf('p.parquet', parquetOf([group('root', 1), leaf('c')], 2_000_000_000))).toMatch(/cut short, or is damaged/)
  // A list of two milliard elements, of which none follows.
  const footer = Buffer.from([0x15, 0x02, 0x19, 0xfc, 0x80, 0xa8, 0xd6, 0xb9, 0x07, 0])
  expect(await refusalOf('p.parquet', framed(footer))).toMatch(/its footer is damaged/)
})

it('a Parquet footer with a second schema behind the first is refused', async () => {
  // A field whose number does not follow the last: the schema again.
  const first = encodeThrift(struct([1, int32(1)], [2, list('struct', [group('root', 1), leaf('c')])]))
  const again = Buffer.concat([first.subarray(0, -1), Buffer.from([0x09, 0x04, 0x0c, 0])])
  expect(await refusalOf('p.parquet', framed(again))).toMatch(/its footer is damaged/)
})
