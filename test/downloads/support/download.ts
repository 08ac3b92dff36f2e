import type { TextForm } from '../../../src/connector/engine.js'
import type { Download, DownloadContext, Landing } from '../../../src/query/download/download.js'
import type { AnswerReport } from '../../../src/query/7-result/query-result.js'
import type { QueryContext } from '../../../src/query/run.js'

/** The context of a download into a folder. `taken` counts the bytes of room that are held. */
export function downloadContext(
  context: QueryContext,
  folder: string,
  landing: Partial<Landing> = {},
): DownloadContext & { taken(): number } {
  let taken = 0
  return {
    ...context,
    taken: () => taken,
    turn: (work) => work(),
    landing: {
      folder,
      isMemory: () => true,
      room: {
        take(bytes) {
          taken += bytes
          return Promise.resolve(() => {
            taken -= bytes
          })
        },
      },
      ...landing,
    },
  }
}

/** A download as text, read to its end. */
export async function written(
  download: Download,
  form: TextForm,
): Promise<{ text: string; pieces: number; report: AnswerReport; complete: boolean }> {
  const { complete, pieces } = await (await download.record()).text(form)
  const all: Uint8Array[] = []
  let next = await pieces.next()
  for (; next.done !== true; next = await pieces.next()) all.push(next.value)
  return { text: Buffer.concat(all).toString(), pieces: all.length, report: next.value, complete }
}
