import { ConfigError } from '../../errors.js'

const remedies: readonly [RegExp, string][] = [
  [/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/, 'its disk is full: the embedded database needs about 100 MB to begin with'],
  [/EROFS|Read-only file system/, 'it cannot be written to: the file system is read-only'],
  [
    /EACCES|EPERM|[Pp]ermission denied|Operation not permitted|has wrong ownership/,
    'it cannot be written to: give this user the right to, or name another folder',
  ],
  [/ENOTDIR|EEXIST/, 'it is not a folder'],
  [
    /incompatible with server|initialized by PostgreSQL version/,
    'it was made by another version of PostgreSQL: keep that version, or move its data over with pg_dump',
  ],
  [
    /error while loading shared libraries/,
    'the embedded PostgreSQL was installed without its install script: run `npm rebuild` without --ignore-scripts',
  ],
  [/ENOENT/, 'a file of the embedded database is missing: put the folder `postgres` back from a copy'],
]

/**
 * An error for operators about the data folder, from the code of a system call or from the output of a program.
 * @param words output of PostgreSQL's programs; kept as the cause.
 */
export function folderError(folder: string, thrown: unknown, words = ''): ConfigError {
  if (thrown instanceof ConfigError) return thrown
  const text = `${thrown instanceof Error ? `${'code' in thrown ? String(thrown.code) : ''} ${thrown.message}` : String(thrown)}\n${words}`
  const known = remedies.find(([sign]) => sign.test(text))?.[1]
  const mend = known ?? `the embedded database did not start: ${lastComplaint(words) ?? 'server.log there gives the reason'}`
  return new ConfigError(folder, '', mend, { cause: words === '' ? thrown : new Error(words, { cause: thrown }) })
}

const lastComplaint = (words: string) =>
  words
    .split('\n')
    .findLast((line) => /FATAL|PANIC|ERROR|error:/.test(line))
    ?.trim()
