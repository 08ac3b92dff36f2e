import { z } from 'zod'
import { defaultAccessSchema } from '../shared/dataset-entry.js'

/** `config:` of a source with `connector: files`. */
export const filesConfigSchema = z.strictObject({
  folder: z.string().min(1).max(4096).describe('The folder to serve, relative to this file. Its sub-folders are not read.'),
  defaultAccess: defaultAccessSchema('catalogue.yaml'),
  maxFileMb: z.number().int().min(1).max(65_536).default(2048).describe('A larger file is reported as a problem and not read, in MiB.'),
})

/** Inferred from its schema. */
export type FilesConfig = z.infer<typeof filesConfigSchema>
