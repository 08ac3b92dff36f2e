import { expect, test } from 'vitest'
import { checkConnector, isWell, troubledDatasets } from '../../src/cli/check-connector.js'
import { checkText } from '../../src/cli/check-text.js'
import type { Source } from '../../src/connector/source.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { patienceMs } from '../support/patience.js'

test.each([
  ['a NUL character, which PostgreSQL cannot store', { title: 'a\0b' }, /waits: .*NUL/],
  ['what the contract does not know', { access: 'ANY' }, /waits: .*access/],
])('what a hub would leave out is not well, and is named: %s', async (_, said, told) => {
  const source = fakeSource(dataset('waits', said as object), dataset('other'), complete()) as unknown as Source
  const check = await checkConnector(source, AbortSignal.timeout(patienceMs), () => undefined)
  expect(isWell(check)).toBe(false)
  expect(troubledDatasets(check)).toEqual(['waits'])
  expect(check.catalogue.value?.datasets.map(({ id }) => id)).toEqual(['other'])
  expect(checkText('s', 'files', check)).toMatch(told)
})
