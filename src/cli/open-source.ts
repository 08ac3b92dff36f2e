import { connectors } from '../../connectors/index.js'
import { type Loaded, parseConnectorConfig } from '../config.js'
import { didYouMean, nearNames } from '../connector/near-names.js'
import type { Connector, Source, SourceContext } from '../connector/source.js'
import { pathText } from '../connector/issue-text.js'
import { ConfigError } from '../errors.js'

/** Checks the entry of a source in hub.yaml or spoke.yaml. Throws ConfigError for an unknown connector or a wrong setting. */
export function checkSource(
  loaded: Pick<Loaded<unknown>, 'file' | 'lineOf'>,
  place: readonly PropertyKey[],
  entry: { connector: string; config?: unknown },
): (context: SourceContext) => Promise<Source> {
  const connector: Connector | undefined = connectors.find(({ kind }) => kind === entry.connector)
  if (connector === undefined) {
    const known = connectors.map(({ kind }) => kind)
    const near = didYouMean(nearNames(entry.connector, known))
    const mend = `there is no connector '${entry.connector}': give one of ${known.join(', ')}${near === '' ? '' : `.${near}`}`
    const at = [...place, 'connector']
    throw new ConfigError(loaded.file, pathText(at), mend, { line: loaded.lineOf(at) })
  }
  const config = parseConnectorConfig(connector.configSchema, entry.config, loaded, [...place, 'config'])
  return (context) => connector.open(config, context)
}
