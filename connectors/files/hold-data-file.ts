import { HeldFile } from '../shared/held-file.js'
import { Unreadable } from '../shared/tabular/unreadable.js'
import { type DataFile, tooLarge } from './folder/folder.js'

/** Why a file that was listed is not read after all. The next harvest lists the folder anew. */
const gone = {
  absent: 'It was taken away while the folder was read.',
  elsewhere: 'It became a link that leads out of the folder while the folder was read. Put the file itself here.',
  'no file': 'It ceased to be a regular file while the folder was read.',
}

/**
 * Holds a listed file open while `work` runs, and gives it as it is now.
 * @param root the real path of its folder.
 * @throws Unreadable if it is no longer a regular file of the folder, or too large.
 */
export async function holdDataFile<T>(
  root: string,
  file: DataFile,
  maxFileBytes: number,
  work: (held: HeldFile) => Promise<T>,
): Promise<T> {
  const held = await HeldFile.open(root, file.name)
  if (typeof held === 'string') throw new Unreadable(gone[held])
  try {
    if (held.bytes > maxFileBytes) throw new Unreadable(tooLarge('It', maxFileBytes))
    return await work(held)
  } finally {
    await held.close()
  }
}
