import { expect, test } from 'vitest'
import { anonymous } from '../../src/identity/viewer.js'
import type { Source } from '../../src/connector/source.js'
import { Holdings } from '../../src/spoke/holdings.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { patienceMs } from '../support/patience.js'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

test('where two sources have the same dataset id, the first keeps it with its rows and access, and the other is reported', async () => {
  const first = fakeSource(dataset('waits', { access: 'CLOSED', listing: 'PARTIES' }), complete()) as unknown as Source
  const second = fakeSource(dataset('waits'), dataset('other'), complete()) as unknown as Source
  const holdings = new Holdings([first, second], log)
  const events: string[] = []
  for await (const event of holdings.harvest(AbortSignal.timeout(patienceMs)))
    events.push(
      event.kind === 'dataset'
        ? event.dataset.id
        : event.kind === 'problem'
          ? `! ${event.sourceId} ${event.message.slice(0, 47)}`
          : event.kind,
    )
  expect(events).toEqual(['waits', '! waits Two sources of this spoke have a dataset waits.', 'other', 'complete'])
  const scan = (id: string) => ({ op: 'scan' as const, table: `${id}/${id}`, columns: [{ name: 'Name', type: 'STRING' as const }] })
  expect(() => holdings.sourceOf(scan('waits'), anonymous)).toThrow(/not open/)
  expect(holdings.sourceOf(scan('other'), anonymous)).toBe(second)
})

test('a table that is not there is refused with the reason that everybody may be told, and with no other', async () => {
  const problem = (sourceId: string, listing: 'PUBLIC' | 'PARTIES') => ({
    kind: 'problem' as const,
    sourceId,
    message: `${sourceId}.csv: it is a web page.`,
    listing,
  })
  const source = fakeSource(problem('open', 'PUBLIC'), problem('closed', 'PARTIES'), complete()) as unknown as Source
  const holdings = new Holdings([source], log)
  await holdings.ready()
  const refusal = (id: string) => () => holdings.sourceOf({ op: 'scan', table: `${id}/${id}`, columns: [] }, anonymous)
  expect(refusal('open')).toThrow('The spoke has no table open/open now: open.csv: it is a web page.')
  const general = "it is gone, or cannot be read. 'dials connector check' at the spoke says why."
  expect(refusal('closed')).toThrow(`The spoke has no table closed/closed now: ${general}`)
  expect(refusal('nothing')).toThrow(`The spoke has no table nothing/nothing now: ${general}`)
})
