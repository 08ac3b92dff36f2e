import { expect, test } from 'vitest'
import { unlistedText, unseenText } from '../../src/cli/seen-text.js'

const closed = { access: 'CLOSED', listing: 'PARTIES' } as const
const shared = { access: 'SHARED', listing: 'PARTIES' } as const

test('a source of which nobody else sees anything is told so, with how to mend it', () => {
  expect(unseenText([closed, closed, closed])).toMatch(
    /^3 datasets, all closed and unlisted: nobody sees them but their own organisation\. To open/,
  )
  expect(unseenText([closed, shared])).toMatch(
    /^2 datasets, all unlisted: nobody sees them but their own organisation and those that they are shared with/,
  )
  expect(unlistedText(1, 0)).toMatch(/^1 dataset, all unlisted/)
})

test('nothing is said where somebody sees something, or nothing is there', () => {
  for (const seen of [
    { ...closed, listing: 'PUBLIC' as const },
    { ...closed, access: 'OPEN' as const },
  ])
    expect(unseenText([closed, seen])).toBeUndefined()
  expect([unseenText([]), unlistedText(0, 0), unlistedText(3, 1)]).toEqual([undefined, undefined, undefined])
})
