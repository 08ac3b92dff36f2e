import { rename, writeFile } from 'node:fs/promises'

/** Writes a file in one step: after a crash it holds either the old text or the new one. Only this user may read it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
