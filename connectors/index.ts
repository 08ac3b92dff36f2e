import type { Connector } from '../src/connector/source.js'
import { files } from './files/index.js'
import { mysql } from './mysql/index.js'
import { postgres } from './postgres/index.js'
import { spoke } from './spoke/index.js'

/** The list of all connectors. */
export const connectors: readonly Connector[] = [files, mysql, postgres, spoke] as readonly Connector[]
