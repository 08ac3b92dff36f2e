import { mkdir } from 'node:fs/promises'
import { OpenSources } from '../catalogue/open-sources.js'
import type { HarvestRunRow } from '../catalogue/rows.js'
import { checkGovernance, openAgreements } from './hub/agreements.js'
import { openAudit } from './hub/audit.js'
import { startDatabase } from './hub/database.js'
import { startEngine } from './hub/engine.js'
import { startGraph } from './hub/graph.js'
import { harvestChanging, harvestReturning, openHarvests } from './hub/harvests.js'
import { startHttp } from './hub/http.js'
import { openKeys } from './hub/keys.js'
import type { HubOptions, HubStart } from './hub/options.js'
import { openSearch } from './hub/search.js'
import { checkSpokes, startSources } from './hub/sources.js'
import { witnessSpokes } from './hub/witness.js'
import { startTelemetry } from './hub/telemetry.js'
import type { Running } from './start-spoke.js'
import { UndoList } from './undo-list.js'

/** A running hub. */
export interface RunningHub extends Running {
  /** Harvests a spoke now, or joins the harvest under way. */
  harvestNow(spokeId: string): Promise<HarvestRunRow>
}

/** Starts a hub part by part. Stopping it closes the parts in the opposite order. */
export async function startHub(options: HubOptions): Promise<RunningHub> {
  const spokes = checkSpokes(options.loaded)
  const governance = checkGovernance(options.loaded)
  await mkdir(options.dataFolder, { recursive: true })
  const undo = new UndoList(options.log)
  const start: HubStart = { ...options, config: options.loaded.value, undo }
  try {
    const keys = await openKeys(start, governance.keys)
    const hubEngine = await startEngine(start)
    const sources = new OpenSources()
    const telemetry = await startTelemetry(start, hubEngine, sources)
    // The spoke processes start while the database does.
    await startSources(start, spokes, sources, { keys, hubEngine, telemetry })
    const database = await startDatabase(start)
    const scheduler = await openHarvests(start, database, sources, telemetry.metrics)
    const { search, keeper } = await openSearch(start, database)
    const audit = openAudit(start, database.knex, keys.auditKeys)
    const agreements = openAgreements(governance, database.knex, audit.auditor)
    const graph = await startGraph(start, telemetry)
    await witnessSpokes(start, database.knex, audit.audit, sources)
    const url = await startHttp(start, {
      ...graph,
      ...hubEngine,
      ...database,
      ...audit,
      ...agreements,
      keys,
      telemetry,
      sources,
      scheduler,
      search,
    })
    harvestChanging(start, sources, scheduler)
    scheduler.start()
    keeper.start()
    harvestReturning(start, sources, scheduler)
    return { url, close: () => undo.run(), harvestNow: (spokeId) => scheduler.harvestNow(spokeId) }
  } catch (thrown) {
    await undo.run()
    throw thrown
  }
}
