/** `1 row`, `1,200 rows`. */
export const counted = (count: number, noun: string) => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

/** `1,200` */
export const grouped = (count: number) => count.toLocaleString('en-GB')
