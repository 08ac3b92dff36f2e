import { HarvestScheduler } from '../../catalogue/harvest-scheduler.js'
import type { OpenSources } from '../../catalogue/open-sources.js'
import type { HubMetrics } from '../../telemetry/metrics.js'
import { followChanges } from '../../connector/follow-changes.js'
import { harvestLimits } from '../harvest-limits-of.js'
import type { HubDatabase } from './database.js'
import type { HubStart } from './options.js'

/** Opens the schedule of harvests. None runs before `start` is called on it. */
export async function openHarvests(
  { config, log, undo }: HubStart,
  { knex, queueConnection }: HubDatabase,
  sources: OpenSources,
  metrics: HubMetrics,
): Promise<HarvestScheduler> {
  const scheduler = await HarvestScheduler.open({
    knex,
    connection: queueConnection,
    sources: sources.harvestable(),
    intervalMs: (config.harvestEveryMinutes ?? 60) * 60_000,
    limits: new Map(config.spokes.map(({ id, harvest }) => [id, harvestLimits(config.harvest, harvest)])),
    ...(config.harvestsAtOnce === undefined ? {} : { atOnce: config.harvestsAtOnce }),
    onEnd: ({ spokeId, status }) => metrics.harvest(spokeId, status),
    log,
  })
  undo.add(() => scheduler.stop())
  return scheduler
}

/** Harvests a source as soon as it tells that its catalogue has changed. */
export function harvestChanging({ config, log, undo }: HubStart, sources: OpenSources, scheduler: HarvestScheduler): void {
  const stopping = new AbortController()
  for (const { id } of config.spokes) {
    const source = sources.get(id)?.source
    if (source?.changes === undefined) continue
    void followChanges(
      source.changes.bind(source),
      {
        changed: () => scheduler.harvestNow(id, { anew: true }),
        failed: (thrown) => log.warn({ spoke: id, err: thrown }, 'changes of a spoke are not heard of now; it is harvested by the clock'),
      },
      stopping.signal,
    )
  }
  undo.add(() => Promise.resolve(stopping.abort()))
}

/** Harvests a source that answers again and whose last harvest failed: its next one by the schedule may be an hour away. */
export function harvestReturning({ log, undo }: HubStart, sources: OpenSources, scheduler: HarvestScheduler): void {
  const unwatch = sources.watch((spokeId) => {
    scheduler.harvestNow(spokeId).catch((thrown: unknown) => log.warn({ spoke: spokeId, err: thrown }, 'a harvest could not be run'))
  })
  undo.add(() => Promise.resolve(unwatch()))
}
