/**
 * Threads of the engine of each spoke process that runs beside the hub: where many share a machine, more threads than cores would wait for
 * each other.
 * @param spokes that the hub has, 1 or more
 * @param cores of the machine
 * @returns 1 to `cores`
 */
export function engineThreads(spokes: number, cores: number): number {
  return Math.min(cores, Math.ceil((cores * 8) / spokes))
}
