import { describe, expect, test } from 'vitest'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { DialsError } from '../../src/errors.js'
import { anonymous } from '../../src/identity/viewer.js'
import type { Source } from '../../src/connector/source.js'
import { decideScan } from '../../src/spoke/decide-scan.js'
import { Holdings } from '../../src/spoke/holdings.js'
import type { Viewer } from '../../src/identity/viewer.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { patienceMs } from '../support/patience.js'
import { policyOf } from './support/policy.js'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

test('where two sources have the same dataset id, the first keeps it with its rows and access, and the other is reported', async () => {
  const first = fakeSource(dataset('waits', { access: 'CLOSED', listing: 'PARTIES' }), complete()) as unknown as Source
  const second = fakeSource(dataset('waits'), dataset('other'), complete()) as unknown as Source
  const holdings = new Holdings([first, second], { organisation: undefined, readsPersonal: false }, log)
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
  expect(() => decideScan(scan('waits'), anonymous, undefined, policyOf(holdings))).toThrow(/closed/)
  expect(holdings.holdingOf('waits/waits').source).toBe(first)
  expect(holdings.holdingOf('other/other').source).toBe(second)
})

test('a table that is not there is refused with the reason that everybody may be told, and with no other', async () => {
  const problem = (sourceId: string, listing: 'PUBLIC' | 'PARTIES') => ({
    kind: 'problem' as const,
    sourceId,
    message: `${sourceId}.csv: it is a web page.`,
    listing,
  })
  const source = fakeSource(problem('open', 'PUBLIC'), problem('closed', 'PARTIES'), complete()) as unknown as Source
  const holdings = new Holdings([source], { organisation: undefined, readsPersonal: false }, log)
  await holdings.ready()
  const refusal = (id: string) => () => holdings.holdingOf(`${id}/${id}`)
  expect(refusal('open')).toThrow('The spoke has no table open/open now: open.csv: it is a web page.')
  const general = "it is gone, or cannot be read. 'dials connector check' at the spoke says why."
  expect(refusal('closed')).toThrow(`The spoke has no table closed/closed now: ${general}`)
  expect(refusal('nothing')).toThrow(`The spoke has no table nothing/nothing now: ${general}`)
})

describe('the owner of a spoke, by its own configuration', () => {
  const text = { type: 'STRING' as const, nullable: true, sensitivity: 'NONE' as const }
  const columns = [
    { ...text, name: 'ward', title: 'ward' },
    { ...text, name: 'nino', title: 'nino', sensitivity: 'PERSONAL' as const },
  ]
  const tables = (id: string) => [{ id, name: id, title: id, columns, problems: [] }]
  const held = [
    dataset('secret', { access: 'CLOSED', listing: 'PARTIES', tables: tables('secret'), ownerReadsPersonal: true }),
    dataset('shared', { access: 'SHARED', sharedWith: ['barnet'], listing: 'PARTIES', tables: tables('shared') }),
    dataset('open', { tables: tables('open') }),
  ]
  const scan = (id: string, name: string) => ({ op: 'scan' as const, table: `${id}/${id}`, columns: [{ name, type: 'STRING' as const }] })
  const of = (organisation: string): Viewer => ({ organisation, scopes: [] })
  const opened = async (organisation: string | undefined, readsPersonal: boolean) => {
    const holdings = new Holdings([fakeSource(...held, complete()) as unknown as Source], { organisation, readsPersonal }, log)
    const events: CatalogueEvent[] = []
    for await (const event of holdings.harvest(AbortSignal.timeout(patienceMs))) events.push(event)
    const codeOf = (id: string, name: string, viewer: Viewer) => {
      try {
        decideScan(scan(id, name), viewer, undefined, policyOf(holdings))
        return 'READ'
      } catch (thrown) {
        return (thrown as DialsError).code
      }
    }
    const codes = (viewer: Viewer) => held.flatMap(({ dataset: { id } }) => columns.map(({ name }) => codeOf(id, name, viewer)))
    return { codes, told: events.map((event) => event.kind === 'dataset' && event.dataset.ownerReadsPersonal === true) }
  }

  test('reads all that is here, and its personal columns where the spoke says so; the hub is told that by the spoke alone', async () => {
    const { codes, told } = await opened('camden', false)
    expect(codes(of('camden'))).toEqual(['READ', 'FORBIDDEN', 'READ', 'FORBIDDEN', 'READ', 'FORBIDDEN'])
    expect(told).toEqual([false, false, false, false])
    const generous = await opened('camden', true)
    expect(generous.codes(of('camden'))).toEqual(Array(6).fill('READ'))
    expect(generous.told).toEqual([true, true, true, false])
  })

  test('is nobody else, whatever the hub says of who asks, and nobody at all where spoke.yaml names none', async () => {
    const { codes } = await opened('camden', true)
    const closed = ['AGREEMENT_REQUIRED', 'AGREEMENT_REQUIRED']
    const others = ['FORBIDDEN', 'FORBIDDEN']
    expect(codes(anonymous)).toEqual([...closed, ...closed, 'READ', 'FORBIDDEN'])
    expect(codes(of('lambeth'))).toEqual([...closed, ...others, 'READ', 'FORBIDDEN'])
    expect(codes(of('barnet'))).toEqual([...closed, 'READ', 'FORBIDDEN', 'READ', 'FORBIDDEN'])
    const nobodys = await opened(undefined, true)
    expect(nobodys.codes(anonymous)).toEqual([...closed, ...closed, 'READ', 'FORBIDDEN'])
    for (const viewer of [of('camden'), of('undefined'), of('')])
      expect(nobodys.codes(viewer)).toEqual([...closed, ...others, 'READ', 'FORBIDDEN'])
  })
})
