import { statfsSync } from 'node:fs'
import { deadlineAfter } from '../../connector/deadline.js'
import { isMemory } from '../../connector/is-memory.js'
import { MemoryPool } from '../../engine/memory-pool.js'
import { ResultTooLarge } from '../../errors.js'
import type { Landing } from '../../query/download/download.js'

/** The most bytes of rows that downloads hold, and the share of what is free in memory for files. */
const room = { bytesMax: 2 * 1024 * 1024 * 1024, share: 1 / 2 }
/** How long a download waits for room. A spoke ends a connection from which nothing is read for longer. */
const waitMs = 20_000

/** Where the rows of downloads land, and how many bytes of them there may be at once. */
export function landingOf(folder: string): Landing {
  const { bavail, bsize } = statfsSync(folder)
  const pool = new MemoryPool(Math.min(room.bytesMax, Math.floor(bavail * bsize * room.share)), 'This download')
  return {
    folder,
    isMemory: () => isMemory(folder),
    room: {
      async take(bytes, signal) {
        const patience = deadlineAfter(waitMs, signal)
        try {
          return await pool.take(bytes, patience.signal)
        } catch (thrown) {
          if (signal.aborted || thrown instanceof ResultTooLarge) throw thrown
          throw new ResultTooLarge('The downloads under way hold all the room that this hub has for them. Try again in a minute.')
        } finally {
          patience.clear()
        }
      },
    },
  }
}
