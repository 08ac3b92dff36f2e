import type { Environment, HubConfig, Loaded } from '../../config.js'
import type { Log } from '../../connector/source.js'
import type { UndoList } from '../undo-list.js'

/** What a hub starts from. */
export interface HubOptions {
  readonly loaded: Loaded<HubConfig>
  readonly dataFolder: string
  /** Overrides the port of the configuration. */
  readonly port?: number
  readonly environment: Environment
  readonly log: Log
}

/** What each part of a hub is started with. A part adds to `undo` what closes it. */
export interface HubStart extends HubOptions {
  readonly config: HubConfig
  readonly undo: UndoList
}
