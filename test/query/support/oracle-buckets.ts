/** The first day of the period that a date or time is in. An instant belongs to a day of the time zone. Weeks begin on Monday. */
export function bucket(cell: string | null, type: string, granularity: string, timeZone: string): string | null {
  if (cell === null) return null
  const day = type === 'TIMESTAMPTZ' ? localDay(cell, timeZone) : cell.slice(0, 10)
  const [year = '', month = ''] = day.split('-')
  switch (granularity) {
    case 'DAY':
      return day
    case 'MONTH':
      return `${year}-${month}-01`
    case 'QUARTER':
      return `${year}-${String(Math.floor((Number(month) - 1) / 3) * 3 + 1).padStart(2, '0')}-01`
    case 'YEAR':
      return `${year}-01-01`
    default:
      return monday(day)
  }
}

function monday(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

function localDay(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    new Date(instant),
  )
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
}
