import type { Connector } from '../../src/connector/source.js'
import { type FilesConfig, filesConfigSchema } from './config.js'
import { FilesSource } from './files-source.js'

/** A folder of CSV, TSV, JSON, NDJSON, GeoJSON, XLSX and Parquet files, with an optional `catalogue.yaml`. */
export const files: Connector<FilesConfig> = {
  kind: 'files',
  configSchema: filesConfigSchema,
  open: (config, context) => Promise.resolve(new FilesSource(config, context)),
}
