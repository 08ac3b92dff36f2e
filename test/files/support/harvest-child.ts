import { openFolder } from './source.js'

// A process of its own, so that its peak of memory is that of one conversion.
const opened = await openFolder(process.argv[2] as string)
const events = await opened.harvest()
await opened.close()
process.stdout.write(JSON.stringify({ events, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }))
