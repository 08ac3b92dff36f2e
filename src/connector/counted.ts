/** `1 row`, `1,200 rows`. */
export const counted = (count: number, noun: string) => `${withCommas(count)} ${noun}${count === 1 ? '' : 's'}`

/** `1,200` */
export const withCommas = (count: number) => count.toLocaleString('en-GB')
