/**
 * Threads for the engine of each spoke process beside the hub. If many share a machine, more threads than cores would only wait for each
 * other.
 * @param spokes of the hub, 1 or more
 * @param cores of the machine
 * @returns 1 to `cores`
 */
export function engineThreads(spokes: number, cores: number): number {
  return Math.min(cores, Math.ceil((cores * 8) / spokes))
}
