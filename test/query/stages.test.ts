import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/connector/engine.js'
import { everything } from '../../src/connector/capabilities.js'
import { scanOfAnswer } from '../../src/connector/cut.js'
import type { Relation } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import type { Source } from '../../src/connector/source.js'
import type { PhysicalPlan, PlanFragment } from '../../src/query/4-plan/physical-plan.js'
import { execute, type Finish } from '../../src/query/6-execute/execute.js'
import type { Sources } from '../../src/query/6-execute/sources.js'
import { type Bench, failureOf, openBench } from '../support/query.js'
import { patienceMs } from '../support/patience.js'
import { answering, failing, scanOf } from './support/fault.js'
import { openTableSource, type TableSource } from './support/table-source.js'

const columns = [{ name: 'n', type: 'INT64' }] as const
const scan: Relation = { op: 'scan', table: 't/t', columns: [...columns] }

let bench: Bench
let held: TableSource
beforeAll(async () => {
  bench = await openBench()
  held = await openTableSource(bench.engine, bench.folder, [{ id: 'any/t/t', spokeId: 'any', columns, rows: [[1n], [2n]] }], everything)
})
afterAll(async () => {
  await held.close()
  await bench.close()
})

/** Sources that log what each spoke does, in order. */
function traced(log: string[], failed?: string): Sources {
  const open = (spokeId: string) => {
    const source: Source = answering(held, (under) => {
      log.push(`${spokeId} begins`)
      if (spokeId === failed) return scanOf(failing())
      const scan = under()
      void scan.report.then(() => log.push(`${spokeId} ends`))
      return scan
    })
    return { connector: 'fake', source, observed: () => undefined, admits: () => true }
  }
  return { get: (spokeId) => open(spokeId) }
}

/** A plan that counts the rows of each spoke, in these stages. */
function planOf(...stages: string[][]): PhysicalPlan {
  const fragmentOf = (spokeId: string): PlanFragment => ({
    ...{
      id: `#${spokeId}`,
      spokeId,
      connector: 'fake',
      tables: [`${spokeId}/t/t`],
      missingColumns: [],
      remaining: [],
      estimatedRows: undefined,
      ...{ isMatch: false, asked: { relation: scan }, capabilities: everything, stage: 0, keys: [] },
    },
    planned: held.plan({ relation: scan }, everything),
  })
  const answers = stages.flat().map((spokeId): Relation => scanOfAnswer(`#${spokeId}`, shapesOf(scan)))
  const residual: Relation = { op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input: { op: 'union', inputs: answers } }
  return {
    stages: stages.map((stage) => stage.map(fragmentOf)),
    ...{ residual, matches: [], logical: residual, limit: 1, outputs: [{ name: 'count', shape: { type: 'INT64' } }] },
  }
}

const options = (onSourceError: 'FAIL' | 'PARTIAL') => ({
  ...{ onSourceError, matches: true, askers: new Map(), grants: new Map(), proofFor: () => undefined, rowsMax: 1000, bytesMax: 1e8 },
  ...{ deadline: Date.now() + patienceMs, signal: new AbortController().signal },
})

/** The page of a count. */
const page: Finish<Answer> = (residual, parts) =>
  bench.hub.answer(residual, parts, {
    ...{ signal: new AbortController().signal, limit: 1, format: undefined },
    columns: [{ name: 'count', shape: { type: 'INT64' } }],
  })

describe('the stages of a plan', () => {
  it('run one after the other, then the residual over all answers', async () => {
    const log: string[] = []
    const { answer, outcomes } = await execute(planOf(['camden', 'barnet'], ['brent']), traced(log), bench.hub, options('FAIL'), page)
    expect(Buffer.concat(await answer.json('rows', 'EXACT')).toString()).toBe('[[6]]')
    await answer.release()
    expect(log.slice(0, 2).sort()).toEqual(['barnet begins', 'camden begins'])
    expect(log.indexOf('brent begins')).toBe(4)
    expect(outcomes.map(({ fragment }) => fragment.spokeId)).toEqual(['camden', 'barnet', 'brent'])
  })

  it('stop after the first that fails under FAIL: the next does not begin', async () => {
    const log: string[] = []
    const failure = await failureOf(() => execute(planOf(['camden'], ['brent']), traced(log, 'camden'), bench.hub, options('FAIL'), page))
    expect(failure.code).toBe('SOURCE_UNAVAILABLE')
    expect(log).not.toContain('brent begins')
  })

  it('go on under PARTIAL, without the answer that failed', async () => {
    const { answer, outcomes } = await execute(planOf(['camden'], ['brent']), traced([], 'camden'), bench.hub, options('PARTIAL'), page)
    expect(Buffer.concat(await answer.json('rows', 'EXACT')).toString()).toBe('[[2]]')
    await answer.release()
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['SOURCE_UNAVAILABLE', undefined])
  })
})
