import { expect, test } from 'vitest'
import { harvestLimits } from '../../src/cli/harvest-limits-of.js'

test('the limits of a spoke are its own before the hub’s, in the units of the harvest, and what nobody gives is left out', () => {
  expect(harvestLimits({ recordsMax: 10, timeoutMinutes: 2, shrinkFrom: 5 }, { recordsMax: 20, recordKbMax: 3 })).toEqual({
    recordsMax: 20,
    timeoutMs: 120_000,
    shrinkFrom: 5,
    recordBytesMax: 3072,
  })
  expect(harvestLimits()).toEqual({})
})
