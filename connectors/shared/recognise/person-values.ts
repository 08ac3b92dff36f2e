import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt, literal } from '../engine-sql.js'
import { words } from './words.js'

const title =
  '(?:mr|mrs|ms|miss|mx|messrs|dr|doctor|prof|professor|rev|revd|reverend|sir|dame|lord|lady|cllr|councillor|capt|captain|maj|major|lt|lieutenant|col|sgt|sergeant|fr|imam|rabbi|hon|rt hon|madam|baroness|baron|canon|mstr|master)'
/** Titles that stand before a person's name and seldom before anything else. */
const plainTitle = '(?:mr|mrs|ms|miss|mx|cllr|councillor)'

/** Words of organisations and places, and words that stand in place of a missing name. */
const notPerson = words(`
  ltd limited plc llp inc incorporated corp corporation gmbh llc cic cio co company companies group holdings partners
  partnership associates enterprises? ventures council borough authority government ministry department dept directorate agency
  nhs police fire ambulance army court parliament embassy commission committee board union trust trustees of foundation charity
  charities fund institute institution society association assoc federation forum network alliance club guild league school
  schools academy college university nursery library museum theatre gallery cinema church chapel mosque temple synagogue parish
  diocese cathedral abbey hospital surgery clinic practice pharmacy centre center hall house court park gardens? stadium arena
  leisure sports? football community youth pavilion complex market services? solutions systems consulting consultants?
  consultancy management international global uk london england british national european royal metropolitan housing homes?
  properties property estates? lettings investments? developments? developers? construction builders? building contractors?
  engineering scaffolding roofing plumbing electrical transport taxis? cars cabs? motors garage logistics haulage airlines?
  railways? rail bus buses water energy gas power telecom media news press publishing films? productions? restaurants? caf[eé]
  coffee bar pub inn tavern hotels? kitchen grill pizza kebab chicken bakery butchers? foods? wines? supermarkets? stores?
  shops? retail superstore express salon barbers? laundry cleaners? cleaning catering security insurance bank banking finance
  financial accountants? accountancy solicitors architects surveyors legal law recruitment care team office unit section
  division branch desk reception helpdesk enquiries admin administration committee panel project programme scheme campaign
  festival road street mews crescent wharf quay wood st saint modern growth change avenue lane close drive way square terrace
  place grove hill green common bridge station estate tower block flat ward town city village the of for at in to by on with not
  no yes none null unknown known vacant redacted withheld anon anonymous anonymised confidential various multiple other others
  same tbc tba pending available applicable see below above general public private social rented renting shared ownership
  occupied occupier sole joint trader owner landlord tenant licensed registered individual male female adult adults child
  children senior junior disabled full part time planning licensing parking highways environmental environment health education
  corporate commercial residential business industrial primary secondary high low medium north south east west new old active
  inactive open closed delegated manual automatic telephone phone email letter online web website post self agent applicant
  customer resident user manager officer staff member system test
`)

/** The same as plain words: `gardens?` gives two. */
const notPersonWords = [
  ...new Set(
    notPerson.flatMap((word) =>
      word.includes('?') ? [word.replace(/.\?$/, ''), word.replace('?', '')] : word === 'caf[eé]' ? ['cafe', 'café'] : word.split(' '),
    ),
  ),
]

/** SQL: a constant list of words. A list is searched at once; an expression of hundreds of words takes longer to prepare than to run. */
const wordList = (list: readonly string[]) => `string_split(${literal(list.join(' '))}, ' ')`

/** SQL: the words of a value, in lower case. */
const wordsOf = (value: string) => `string_split_regex(lower(${value}), '[^\\p{L}]+')`

/** SQL: a value without what follows a name: a trading name, brackets, honours, telephone numbers and mailboxes. */
function bare(text: string): string {
  return `trim(regexp_replace(${text}, '(?i)(?:,? +(?:t/a|trading as|c/o|obe|mbe|cbe|kc|qc|mp|jp|jnr|snr|jr|sr|esq|phd|bsc|ma)[. ]?.*$| *[(\\[].*$|[ ,;:-]*(?:(?:tel|mob|phone)[.:]? *)?[+]?[0-9][0-9 -]{8,}.*$|[ ,;:<-]*[^ ]+@[^ ]+.*$|[,;.]+$)', ''))`
}

/**
 * SQL: whether a value has the shape of a name: letters with one to nine separators, or letters of a script that writes names without
 * blanks.
 */
function nameShape(value: string): string {
  const parts = `length(${value}) - length(regexp_replace(${value}, '[ ,.;/-]+', '', 'g'))`
  const isForeign = `regexp_matches(${value}, '[^\\p{Latin}\\P{L}]')`
  return `(regexp_full_match(${value}, ${literal("\\p{L}[\\p{L}\\p{M}'’‘`´.,;/&+· -]+")}) AND (${parts} BETWEEN 1 AND 9 OR ${isForeign}))`
}

const titled = (value: string, titles = title) =>
  `regexp_matches(${value}, ${literal(`(?i)^(?:${titles})(?:\\.| )[ .]*(?:(?:&|and|/) *(?:${title})\\.? +)?\\p{L}`)})`
const estate = (value: string) =>
  `regexp_matches(${value}, '(?i)^(?:(?:the )?(?:executors?|estate|personal representatives?)(?: of)?(?: the)?(?: late)? |(?:the )?late )\\p{L}')`
const isOther = (value: string) => `list_has_any(${wordsOf(value)}, ${wordList(notPersonWords)})`

/**
 * Given names from many places. The list need not be complete: it only has to tell a mixture of persons and organisations from
 * organisations alone.
 */
export const givenNames = words(`
  aaron abdul abdullah abigail abdi adam adaeze adebayo adele adrian agnes agnieszka ahmed aidan aisha alan albert alejandra
  alejandro alex alexander alexandra alfie ali alice alison amanda amara amelia amina amir amit amy ana anastasia andrea andreas
  andrew angela anil anita anna anne annie ann anthony antonio anwar archie ariana arjun arthur asha ashley asif aurora ava
  ayesha babatunde barbara beatrice ben benjamin beth bethany bilal bob brenda brian bridget bruce callum camila carlos carl
  carol caroline catherine cecilia charles charlie charlotte chidi chiara chloe chris christine christopher claire clara clare
  colin connor craig daisy daniel daniela darren david dawn deborah declan deepa denise derek diana diane dmitri dominic donald
  donna dorothy douglas duncan edith edward eileen elaine eleanor elena eli elijah elizabeth ella ellen ellie emeka emily emma
  eric erin ethan eva evan evelyn ewa farah fatima faith felix fiona florence folake frances francesca francis frank fred
  frederick freya gabriel gareth gary gavin gemma geoffrey george georgia gerald gillian giovanni giulia gloria gordon grace
  graham grace gregory guy habib hamza hannah harold harriet harry hasan hassan heather helen henry hiroshi holly howard hugh
  hussain hussein ian ibrahim imran ines ingrid irene iris isaac isabella isla ivan ivy jack jacob jacqueline jade jake james
  jamie jan jana jane janet janice jason jasmine javier jean jeffrey jennifer jenny jeremy jessica jill joan joanna joanne joe
  john jonathan jorge jose joseph joshua joyce juan judith julia julian julie june karen karim karl kate katarzyna katherine
  kathleen kathryn katie keith kelly ken kenneth kevin khadija kieran kim kwame kofi krzysztof lakshmi laura lauren leah lee
  leila leo leon leslie lewis liam lily linda lisa liz logan lorraine louis louise lucas lucia lucy luis luke lydia magdalena
  mahmoud malcolm manjit marcin marco marcus margaret maria marie marion mario mark martha martin mary mateusz matthew maureen
  maya megan mei mehmet mia michael michelle miguel mihai mike mohamed mohammad mohammed molly monica muhammad mustafa nadia
  naomi natalie natasha nathan neil niamh nicholas nicola nicole nigel nikhil noah nora norman oliver olivia olga oluwaseun omar
  oscar owen pamela patricia patrick paul paula pauline pedro peggy penelope peter philip phoebe phyllis piotr polly poppy priya
  rachel rahul raj rajesh ralph ravi ray raymond rebecca rhys richard rita rob robert robin roger ronald rosa rose rosemary ross
  roy ruby rukhsana russell ruth ryan sabrina sadia saira sally salma sam samantha samir samuel sandra sanjay sara sarah saskia
  scott sean sebastian sergio seun shabana shane sharon sheila shirley sian simon siobhan sofia sophia sophie stacey stanley
  stella stephanie stephen steve steven stuart sue sunita susan suresh svetlana sylvia tamara tanya tara tariq teresa terence
  theo theresa thomas tim timothy tina toby tom tomasz tony tracey tracy trevor tunde usman valerie vanessa vera veronica victor
  victoria vijay vikram vincent violet vivian wayne wei wendy wilfred william winston xavier yasmin yolanda yuki yusuf zachary
  zahra zainab zara zoe zofia
`)

/** SQL: whether a value begins with a given name, after any titles, or has one after a comma. */
const given = (value: string) => {
  const firstWord = (text: string) => `regexp_extract(lower(${text}), ${literal(`^ *(?:${title}\\.? +)*(\\p{L}+)(?:[ -]|$)`)}, 1)`
  return `(list_contains(${wordList(givenNames)}, ${firstWord(value)}) OR list_contains(${wordList(givenNames)}, ${firstWord(`split_part(${value}, ',', 2)`)}))`
}
/** SQL: whether a value is like `J Smith`, `J.R. Smith`, `SMITH J`, `Smith, J.` */
const initialled = (value: string) =>
  `regexp_full_match(${value}, ${literal(`(?:(?:\\p{Lu}\\.? ?){1,3} ?\\p{Lu}[\\p{L}\\p{M}'’-]+(?: \\p{Lu}[\\p{L}\\p{M}'’-]+)?|\\p{Lu}[\\p{L}\\p{M}'’-]+,? (?:\\p{Lu}\\.? ?){1,3})`)})`

/** Counts of a column's values: all, those that look like persons, those that surely are persons, and different single words. */
export interface PersonSigns {
  all: number
  like: number
  surely: number
  lone: number
}

/** How many different values of a column are examined. Of more, a hash picks a part. */
const valuesMax = 20_000

/**
 * Examines the values of columns (c0 …), each different value once. All columns go through one expression, as rows of column and value,
 * because preparing it for each column would take longer than running it. For a column with very many values, the counts are those of a
 * part.
 */
export async function personSigns(session: EngineSession, rows: string, positions: readonly number[]): Promise<Map<number, PersonSigns>> {
  if (positions.length === 0) return new Map()
  const text = (position: number) => `nullif(trim(CAST(${columnAt(position)} AS VARCHAR)), '')`
  const [differing = {}] = await session.rows(
    `SELECT ${positions.map((position) => `approx_count_distinct(${columnAt(position)}) AS ${columnAt(position)}`).join(', ')} FROM ${rows}`,
  )
  const parts = positions.map((position) => Math.max(1, Math.ceil(Number(differing[columnAt(position)]) / valuesMax)))
  const cells = `(SELECT unnest([${positions.join(', ')}]) AS place, unnest([${parts.join(', ')}]) AS part, unnest([${positions.map(text).join(', ')}]) AS raw FROM ${rows})`
  const values = `(SELECT place, raw, count(*) AS times FROM ${cells} WHERE raw IS NOT NULL AND hash(raw) % part = 0 GROUP BY place, raw)`
  const bared = `(SELECT place, raw, times, CASE WHEN length(raw) <= 120 THEN ${bare('raw')} ELSE '' END AS value FROM ${values})`
  const tests = [
    `(${titled('value')} OR ${estate('value')}) AS named`,
    `${nameShape('value')} AS shaped`,
    `${isOther('value')} AS other`,
    `(${given('value')} OR ${initialled('value')}) AS known`,
    `regexp_full_match(raw, ${literal("\\p{Lu}[\\p{L}\\p{M}'’-]{2,25}")}) AS lone`,
  ]
  const tested = `(SELECT place, raw, times, ${tests.join(', ')} FROM ${bared})`
  const sum = (condition: string) => `coalesce(sum(times) FILTER (${condition}), 0)`
  const outputs = [
    'place',
    'sum(times) AS n',
    `${sum('named OR (shaped AND NOT other)')} AS like_person`,
    `${sum('named OR (shaped AND NOT other AND known)')} AS surely`,
    'count_if(lone AND NOT other) AS lone',
  ]
  const found = await session.rows(`SELECT ${outputs.join(', ')} FROM ${tested} GROUP BY place`)
  return new Map(
    found.map((row) => [
      Number(row.place),
      { all: Number(row.n), like: Number(row.like_person), surely: Number(row.surely), lone: Number(row.lone) },
    ]),
  )
}

/** SQL: whether a value begins with a title that only persons have. */
export function plainlyTitled(raw: string): string {
  return `(length(${raw}) <= 80 AND ${titled(raw, plainTitle)} AND NOT regexp_matches(${raw}, '(?i)\\b(?:road|street|house|court|shop|bar|caf[eé]|restaurant|ltd|limited|kebab|chicken|pizza|fish|chips|selfridge)'))`
}
