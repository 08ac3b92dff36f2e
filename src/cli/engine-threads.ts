/** Threads of the engine of each spoke process that runs beside the hub: few of them are busy at once, and then more threads than cores would wait for each other. */
export function engineThreads(spokes: number, cores: number): number {
  return Math.min(cores, Math.ceil((cores * 8) / spokes))
}
