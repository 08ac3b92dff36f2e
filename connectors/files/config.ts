import { z } from 'zod'

/** `config:` of a source with `connector: files`. */
export const filesConfigSchema = z.strictObject({
  folder: z.string().min(1).max(4096).describe('The folder to serve, relative to this file. Its sub-folders are not read.'),
  defaultAccess: z
    .enum(['OPEN', 'SHARED', 'CLOSED'])
    .describe('Who may read a dataset for which catalogue.yaml says nothing: everybody, the organisations named there, or nobody else.'),
  maxFileMb: z.number().int().min(1).max(65_536).default(2048).describe('A larger file is told as a problem and not read, in MiB.'),
})

export type FilesConfig = z.infer<typeof filesConfigSchema>
