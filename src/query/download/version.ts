import { deadlineAfter } from '../../connector/deadline.js'
import { releaseAll, runFragment } from '../6-execute/fragment.js'
import { versionOf } from '../7-result/query-result.js'
import { type Prepared, stageOptions } from '../run.js'
import type { DownloadContext } from './download.js'

/** No row is read, so there is nothing to prove: a spoke answers with its version alone. */
const nothingRead = { proofFor: () => undefined }

/** Asks each source for no row at all: its report says which version it would answer from. */
export async function versionNow({ planned, ...prepared }: Prepared, context: DownloadContext): Promise<string | null> {
  const { signal, clear } = deadlineAfter(prepared.end - Date.now(), context.signal)
  try {
    const options = stageOptions({ planned, ...prepared }, nothingRead, context, signal)
    const outcomes = await Promise.all(
      planned.stages.flat().map(async (fragment) => {
        const open = context.sources.get(fragment.spokeId)
        const relation = { op: 'limit', count: 0, offset: 0, input: fragment.asked.relation } as const
        const none = open?.source.plan({ relation }, fragment.capabilities)
        return none?.remaining.op === 'scan' ? runFragment({ ...fragment, planned: none }, open, options) : undefined
      }),
    )
    const known = outcomes.filter((outcome) => outcome !== undefined)
    await releaseAll(known.flatMap(({ files }) => files))
    return known.length < outcomes.length ? null : versionOf(known)
  } finally {
    clear()
  }
}
