import type { Pace } from '../../../src/connector/next-turn.js'

/** Orders texts by their UTF-16 units, which no locale changes. */
export function binaryOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

const sortedAtOnce = 1000

/** Things in the order of their names. Of very many, it sorts parts and merges them, so that other work goes on meanwhile. */
export async function inOrder<Thing>(things: readonly Thing[], nameOf: (thing: Thing) => string, pace: Pace): Promise<Thing[]> {
  const order = (left: Thing, right: Thing) => binaryOrder(nameOf(left), nameOf(right))
  if (things.length <= sortedAtOnce) {
    await pace.before(things.length)
    return things.toSorted(order)
  }
  const middle = things.length >> 1
  const left = await inOrder(things.slice(0, middle), nameOf, pace)
  const right = await inOrder(things.slice(middle), nameOf, pace)
  const all: Thing[] = []
  for (let one = 0, other = 0; all.length < things.length;) {
    if (all.length % sortedAtOnce === 0) await pace.before(sortedAtOnce)
    const isOther = one === left.length || (other < right.length && order(left[one] as Thing, right[other] as Thing) > 0)
    all.push((isOther ? right[other++] : left[one++]) as Thing)
  }
  return all
}
