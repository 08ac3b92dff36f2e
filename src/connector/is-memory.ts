import { statfsSync } from 'node:fs'

/** Linux's numbers of tmpfs and ramfs. */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6]

/** Whether what is written there stays in memory. False where nobody can tell. */
export function isMemory(folder: string): boolean {
  return memoryTypes.includes(statfsSync(folder).type)
}
