import type { Grade, JudgedQuery, Who } from '../judgements.js'
import type { Facts, Generated } from './generated-catalogue.js'

type Judge = (facts: Facts) => Grade

/** About one of these subjects: 3 as it is today, 2 of another time; tagged with one: 1. */
const about = (...keys: readonly string[]): Judge => (facts) => {
  if (keys.includes(facts.subject)) return facts.isCurrent ? 3 : 2
  return facts.tagged.some((key) => keys.includes(key)) ? 1 : 0
}
/** What one judge says, else the other, which is of less use: at most so much. */
const beside = (judge: Judge, other: Judge, most: Grade = 1): Judge => (facts) => Math.max(judge(facts), Math.min(other(facts), most)) as Grade
/** At one place alone. */
const at = (borough: string, judge: Judge): Judge => (facts) => (facts.borough === borough ? judge(facts) : 0)
/** Of one time alone. */
const of = (year: number, judge: Judge, month?: number): Judge => (facts) => (facts.year === year && (month === undefined || facts.month === month) && judge(facts) >= 2 ? 3 : 0)
/** With all of these columns; without them, at most so much. */
const having = (columns: readonly string[], judge: Judge, without: Grade): Judge => (facts) =>
  (columns.every((column) => facts.columns.includes(column)) ? judge(facts) : Math.min(judge(facts), without)) as Grade
/** What is newest is asked for: what is not is of little use. */
const newest = (judge: Judge): Judge => (facts) => (facts.isCurrent ? judge(facts) : (Math.min(judge(facts), 1) as Grade))
const titled = (part: string, judge: Judge): Judge => (facts) => (facts.title.toLowerCase().includes(part) ? judge(facts) : 0)
const anything: Judge = ({ isCurrent }) => (isCurrent ? 3 : 2)

const queries: readonly (readonly [Who, string, Judge])[] = [
  ['resident', 'public toilets', about('toilets')],
  ['resident', 'toilets in barnet', at('barnet', about('toilets'))],
  ['resident', 'where are the public toilets in hackney', at('hackney', about('toilets'))],
  ['dashboard', 'hmo', about('hmo')],
  ['journalist', 'houses in multiple occupation southwark', at('southwark', about('hmo'))],
  ['dashboard', 'prs', about('prs')],
  ['resident', 'private landlords', about('prs')],
  ['dashboard', 'NNDR', about('rates')],
  ['journalist', 'business rates 2023', of(2023, about('rates'))],
  ['dashboard', 'council tax', about('ctax-bands', 'ctax-arrears')],
  ['journalist', 'council tax arrears barnet', at('barnet', about('ctax-arrears'))],
  ['resident', 'bin collection days', about('waste')],
  ['resident', 'when are my bins collected in barnet', at('barnet', about('waste'))],
  ['resident', 'recycling', beside(about('recycling-centres', 'recycling-rate'), about('waste'), 2)],
  ['dashboard', 'fly tipping', about('flytipping')],
  ['resident', 'libary', beside(about('libraries'), about('library-visits'), 2)],
  ['resident', 'library opening hours', about('libraries')],
  ['dashboard', 'schools', beside(about('schools'), about('admissions', 'fsm'))],
  ['resident', 'primary school admissions 2024', of(2024, about('admissions'))],
  ['scientist', 'SEND', about('send')],
  ['journalist', 'special educational needs camden', at('camden', about('send'))],
  ['scientist', 'fsm', about('fsm')],
  ['scientist', 'neet', about('neet')],
  ['scientist', 'street trees', about('trees')],
  ['resident', 'tree preservation orders wandsworth', at('wandsworth', about('tpo'))],
  ['dashboard', 'ev charging', about('ev')],
  ['resident', 'electirc vehicle charging points', about('ev')],
  ['journalist', 'parking fines', about('pcn')],
  ['dashboard', 'PCN', about('pcn')],
  ['dashboard', 'parking', about('parking-bays', 'cpz', 'car-parks', 'pcn')],
  ['resident', 'cycle parking', about('cycle-parking')],
  ['resident', 'bike parking', about('cycle-parking')],
  ['journalist', 'ltn', about('ltn')],
  ['journalist', 'road accidents', about('casualties')],
  ['scientist', 'air pollution', about('air')],
  ['scientist', 'nitrogen dioxide', about('air')],
  ['dashboard', 'asb', about('asb')],
  ['resident', 'antisocial behaviour newham', at('newham', about('asb'))],
  ['dashboard', 'planning applications', about('planning')],
  ['resident', 'planing aplications lambeth', at('lambeth', about('planning'))],
  ['journalist', 'spending over 500 lambeth', at('lambeth', about('spend'))],
  ['journalist', 'council spending march 2025', of(2025, about('spend'), 2)],
  ['journalist', 'senior officers pay', about('salaries')],
  ['journalist', 'FOI', about('foi')],
  ['journalist', 'freedom of information camden', at('camden', about('foi'))],
  ['scientist', 'deprivation lsoa', about('deprivation')],
  ['scientist', 'imd', about('deprivation')],
  ['dashboard', 'population by ward', about('population')],
  ['dashboard', 'latest population estimates', newest(about('population'))],
  ['journalist', 'homelessness', beside(about('homelessness'), about('rough-sleepers', 'temporary'))],
  ['resident', 'how many people are homeless in southwark', at('southwark', beside(about('homelessness'), about('rough-sleepers', 'temporary')))],
  ['dashboard', 'temporary accommodation', about('temporary')],
  ['resident', 'housing waiting list', about('housing-register')],
  ['journalist', 'rtb', about('rtb')],
  ['scientist', 'epc', about('epc')],
  ['resident', 'food hygiene ratings', about('food')],
  ['resident', 'restaurant hygiene greenwich', at('greenwich', about('food'))],
  ['resident', 'cafe', about('pavement')],
  ['resident', 'swimming pools', beside(about('leisure'), ({ title }) => (/ponds|Lido/.test(title) ? 3 : 0))],
  ['resident', 'gp surgeries', about('surgeries')],
  ['resident', 'doctors in newham', at('newham', about('surgeries'))],
  ['resident', 'childrens centers', about('childrens-centres')],
  ['scientist', 'flood risk', about('flood')],
  ['resident', 'defibrilators', about('defibrillators')],
  ['resident', 'blue plaques camden', at('camden', about('plaques'))],
  ['dashboard', 'uprn postcode', having(['UPRN', 'Postcode'], anything, 0)],
  ['dashboard', 'datasets with a UPRN and a postcode', having(['UPRN', 'Postcode'], anything, 0)],
  ['dashboard', 'schools with urn and postcode', having(['URN', 'Postcode'], about('schools'), 1)],
  ['dashboard', 'usrn', having(['USRN'], anything, 0)],
  ['dashboard', 'lsoa code', having(['LSOA code'], anything, 0)],
  ['scientist', 'tree species height', having(['Species', 'Height'], about('trees'), 1)],
  ['journalist', '"knife crime"', titled('knife crime', about('knife'))],
  ['journalist', 'crime -knife', about('crime')],
  ['dashboard', 'polling pl', about('polling')],
  ['dashboard', 'lamp col', about('street-lights')],
  ['resident', 'brixton windmill', ({ title }) => (/Windmill/.test(title) ? 3 : 0)],
  ['resident', 'canada water', ({ title }) => (/Canada/.test(title) ? 3 : 0)],
  ['resident', 'creteil', ({ title }) => (/Créteil/.test(title) ? 3 : 0)],
  ['resident', 'pena flamenca', ({ title }) => (/Flamenca/.test(title) ? 3 : 0)],
  ['resident', 'second world war shelters', ({ title }) => (/shelters/.test(title) ? 3 : 0)],
  ['resident', 'what is the population of newham', at('newham', about('population'))],
  ['resident', 'who are my councillors in camden', at('camden', about('councillors'))],
  ['resident', 'best primary schools in hackney', at('hackney', beside(about('schools'), about('admissions')))],
  ['journalist', 'how much does lambeth pay its senior staff', at('lambeth', about('salaries'))],
  ['journalist', 'is crime going up in wandsworth', at('wandsworth', beside(about('crime'), about('knife'), 2))],
  // Compounds, written together and apart.
  ['scientist', 'air quality', about('air')],
  ['scientist', 'airquality', about('air')],
  ['dashboard', 'fly-tipping', about('flytipping')],
  ['dashboard', 'flytipping', about('flytipping')],
  ['resident', 'play grounds', about('playgrounds')],
  ['resident', 'care homes', about('care-homes')],
  ['dashboard', 'carparks', about('car-parks')],
  ['scientist', 'brown field', about('brownfield')],
  ['resident', 'streetlights', about('street-lights')],
  ['resident', 'roadworks', about('roadworks')],
  ['resident', 'road works camden', at('camden', about('roadworks'))],
  // Wide words and their kinds.
  ['resident', 'pollution', about('air')],
  ['resident', 'polution', about('air')],
  ['journalist', 'unemployment', about('claimants')],
  ['resident', 'takeaways', about('food')],
  ['resident', 'doctors', about('surgeries')],
  ['resident', 'pubs', about('premises')],
  // Guesses, which no exact word may follow.
  ['scientist', 'noise', about('noise')],
  ['resident', 'alotments', about('allotments')],
  ['journalist', 'councilors', about('councillors')],
  ['journalist', 'contracts', about('contracts')],
  ['scientist', 'brownfeild sites', about('brownfield')],
  ['dashboard', 'conservtion areas', about('conservation')],
  ['dashboard', 'listed buildings', about('listed')],
  // As people ask.
  ['resident', 'allotments ealing', at('ealing', about('allotments'))],
  ['resident', 'how do I find care homes in croydon', at('croydon', about('care-homes'))],
  ['dashboard', 'ward boundaries', about('wards')],
  ['journalist', 'right to buy sales', about('rtb')],
  ['journalist', 'rough sleepers', about('rough-sleepers')],
  ['resident', 'street markets', about('markets')],
  ['scientist', 'section 106', about('cil')],
  ['journalist', 'purchase card', about('cards')],
  ['resident', 'blue plaques', about('plaques')],
  ['resident', 'zebra crossings', () => 0],
  ['resident', 'quokka', () => 0],
]

/** Over the generated catalogue: judged by what each dataset was made to be. */
export const generatedQueries = (catalogue: readonly Generated[]): JudgedQuery[] =>
  queries.map(([who, text, judge]) => {
    const graded = catalogue.map(({ document, facts }): [string, Grade] => [document.id, judge(facts)])
    return { who, text, grades: new Map(graded.filter(([, grade]) => grade > 0)) }
  })
