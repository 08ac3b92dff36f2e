// Writes the housing tables of three boroughs: node examples/london/make-housing.js
// All of it is INVENTED: no such person, household, postcode or property number (UPRN 9900…) exists. One seed gives the same files each time.
import { mkdirSync, writeFileSync } from 'node:fs'

const boroughs = [
  { id: 'camden', first: 990010000000, districts: ['NW0', 'WC0'] },
  { id: 'barnet', first: 990020000000, districts: ['N0', 'NW0'] },
  { id: 'lambeth', first: 990030000000, districts: ['SE0', 'SW0'] },
]
const properties = 240
const forenames = ['Ottoline', 'Barnaby', 'Imogen', 'Caspian', 'Perpetua', 'Thaddeus', 'Rosalba', 'Ignatius', 'Wilhelmina', 'Alaric']
const surnames = ['Quillfeather', 'Thistlewick', 'Farthingale', 'Umberslade', 'Penhallow', 'Brocklebank', 'Marchbanks', 'Larkspur']
const subjects = ['Fire safety', 'Overcrowding', 'Damp and mould', 'Rubbish', 'Noise']
const benefits = ['Housing Benefit', 'Council Tax Reduction']

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The tables of a borough, by file name: rows of cells, the names of the columns first. */
function tablesOf({ first, districts }, random) {
  const whole = (from, to) => from + Math.floor(random() * (to - from + 1))
  const one = (list) => list[whole(0, list.length - 1)]
  const day = (from, to) => new Date(Date.UTC(whole(from, to), whole(0, 11), whole(1, 28))).toISOString().slice(0, 10)
  const person = () => `${one(forenames)} ${one(surnames)}`
  const letters = 'ABDEFGHJLNPQRSTUWXYZ'
  const councilTax = [['UPRN', 'Account', 'Liable Person', 'Postcode', 'Band', 'Adults', 'Liable Since']]
  const claims = [['UPRN', 'Claim', 'Claimant', 'Date of Birth', 'Benefit', 'Claimed Since']]
  const licences = [['UPRN', 'Licence', 'Holder', 'Persons', 'Valid Until']]
  const complaints = [['UPRN', 'Received', 'Subject']]
  for (let index = 1; index <= properties; index++) {
    const uprn = first + index * 37
    const isShared = random() < 0.15
    const adults = isShared ? whole(3, 9) : whole(1, 3)
    const postcode = `${one(districts)} ${whole(1, 9)}${one([...letters])}${one([...letters])}`
    const account = `A${String(index).padStart(6, '0')}`
    councilTax.push([uprn, account, person(), postcode, one([...'ABCDEFGH']), adults, day(2005, 2025)])
    const households = isShared ? whole(1, 4) : whole(0, 6) === 0 ? 1 : 0
    for (let claim = 1; claim <= households; claim++)
      claims.push([uprn, `${account}-${claim}`, person(), day(1950, 2004), one(benefits), day(2019, 2025)])
    if (isShared && random() < 0.4) licences.push([uprn, `HMO/${String(index).padStart(4, '0')}`, person(), adults, day(2027, 2031)])
    if (random() < (isShared ? 0.5 : 0.08)) complaints.push([uprn, day(2025, 2025), one(subjects)])
  }
  return { 'council-tax': councilTax, 'benefit-claims': claims, 'hmo-licences': licences, 'housing-complaints': complaints }
}

const folder = process.argv[2] ?? import.meta.dirname
for (const [index, borough] of boroughs.entries()) {
  const into = `${folder}/${borough.id}/housing`
  mkdirSync(into, { recursive: true })
  for (const [name, rows] of Object.entries(tablesOf(borough, randomOf(7 + index))))
    writeFileSync(`${into}/${name}.csv`, rows.map((row) => `${row.join(',')}\n`).join(''))
}
