import { access } from 'node:fs/promises'

/** Whether a file or folder is there. @throws where that cannot be told, as in a folder that this user may not enter. */
export function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return false
      throw thrown
    },
  )
}
