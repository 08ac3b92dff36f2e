import type { HarvestLimits } from '../catalogue/harvest-limits.js'
import type { HarvestLimitsConfig } from '../config.js'

/** The limits of one spoke's harvest: its own in hub.yaml, else the hub's. What neither sets is left to the defaults. */
export function harvestLimits(ofHub: HarvestLimitsConfig = {}, ofSpoke: HarvestLimitsConfig = {}): Partial<HarvestLimits> {
  const { recordKbMax, timeoutMinutes, ...same } = { ...ofHub, ...ofSpoke }
  const given = {
    ...same,
    recordBytesMax: recordKbMax === undefined ? undefined : recordKbMax * 1024,
    timeoutMs: timeoutMinutes === undefined ? undefined : timeoutMinutes * 60_000,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<HarvestLimits>
}
