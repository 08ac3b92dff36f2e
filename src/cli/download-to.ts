import type { FormatName } from '../api/download-url.js'
import type { Hub } from './ask-graph.js'
import { type Download, openDownload } from './download.js'
import { incomplete, noteTexts, stateText } from './query-text.js'
import { replaceFile } from './replace-file.js'
import { toFile, toOutput, withProgress } from './transfer.js'

/** Downloads to standard output, where nothing but the file is written. */
export async function printDownload(hub: Hub, input: object, format: FormatName): Promise<void> {
  const download = await openDownload(hub, input, format)
  // In a terminal the rows themselves show the progress.
  const isWhole = await toOutput(process.stdout.isTTY ? download.bytes : shown(download.bytes))
  if (isWhole) await tellReport(download)
}

/** Downloads to a file, which is there only as a whole. */
export async function saveDownload(hub: Hub, input: object, format: FormatName, file: string): Promise<void> {
  const download = await replaceFile(file, async (to, signal) => {
    const begun = await openDownload({ ...hub, signal }, input, format)
    await toFile(shown(begun.bytes), to, signal)
    return begun
  })
  await tellReport(download)
}

function shown(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return process.stderr.isTTY ? withProgress(bytes) : bytes
}

/** Says on standard error what is missing and why, and in a terminal how many rows there were. */
async function tellReport({ complete, report }: Download): Promise<void> {
  const told = await report()
  const lines =
    told === undefined
      ? [...(complete ? [] : [incomplete]), 'The hub has no report of this download: columns may be left out, or have warnings.']
      : [...(complete && !told.truncated && !process.stderr.isTTY ? [] : [stateText(told)]), ...noteTexts(told)]
  for (const line of lines) process.stderr.write(`dials: ${line}\n`)
}
