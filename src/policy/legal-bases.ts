import { z } from 'zod'
import { iriForm } from '../connector/identifier-forms.js'
import { VocabularyError } from './vocabulary.js'

const legalBasisSchema = z.strictObject({
  iri: z.string().regex(iriForm).max(500),
  label: z.string().min(1).max(200),
  /** Where the UK GDPR has it: `6(1)(e)`. Only bases on which a public authority can rest. */
  article: z.string().regex(/^(6\(1\)\([a-e]\)|9\(2\)\([a-j]\))$/),
})
/** A legal basis of the UK GDPR for using personal data. */
export type LegalBasis = z.infer<typeof legalBasisSchema>
/** Legal bases by IRI. */
export type LegalBases = ReadonlyMap<string, LegalBasis>

const legalGatewaySchema = z.strictObject({
  /** What it is for. */
  title: z.string().min(1).max(300),
  /** `Housing Act 2004` */
  law: z.string().min(1).max(300),
  /** `s.237`, `Sch 2` */
  section: z.string().regex(/^(s\.|Sch )[1-9]\d*[A-Z]*$/),
})
/** A law that lets data pass between public bodies. */
export type LegalGateway = z.infer<typeof legalGatewaySchema>

/**
 * Legal bases from a list of them, as a file holds it.
 * @throws VocabularyError for another form, and for a basis that stands twice.
 */
export function readLegalBases(list: unknown): LegalBases {
  const bases = new Map<string, LegalBasis>()
  for (const basis of readList(legalBasisSchema, list, 'legal bases')) {
    if (bases.has(basis.iri)) throw new VocabularyError(`has the legal basis ${basis.iri} twice`)
    bases.set(basis.iri, basis)
  }
  return bases
}

/**
 * Legal gateways from a list of them, as a file holds it.
 * @throws VocabularyError for another form, and for a gateway that stands twice.
 */
export function readLegalGateways(list: unknown): readonly LegalGateway[] {
  const gateways = readList(legalGatewaySchema, list, 'legal gateways')
  const names = gateways.map(({ law, section }) => plain(`${law} ${section}`))
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) throw new VocabularyError(`has the legal gateway ${names[twice]} twice`)
  return gateways
}

/** Whether a basis is one of Article 6, or of Article 9. */
export const isOfArticle = (basis: LegalBasis | undefined, article: 6 | 9): boolean => basis?.article.startsWith(`${article}(`) === true

/**
 * The laws of a text that the list does not know. A semicolon stands between two laws. A law is known by its name and a section, in any
 * order and spelling: `Housing Act 2004, s.237`, `section 237(2) of the Housing Act 2004`.
 */
export function unknownGateways(gateways: readonly LegalGateway[], text: string): string[] {
  const known = gateways.map(({ law, section }) => [whole(law), whole(section)] as const)
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !known.some((names) => names.every((name) => name.test(plain(part)))))
}

/** A name as a whole: section 35 is not section 35A, and not section 355. */
const whole = (name: string) => new RegExp(`(?<![a-z0-9])${plain(name).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![a-z0-9])`)

/** One spelling for `Section 237`, `s. 237` and `s.237`, and for `Schedule 2` and `Sch 2`. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s,]+/g, ' ')
    .replaceAll(/\b(?:sections?|ss?)\b[. ]*(?=\d)/g, 's.')
    .replaceAll(/\b(?:schedule|sch)\b[. ]*(?=\d)/g, 'sch.')
}

function readList<T>(entry: z.ZodType<T>, list: unknown, what: string): readonly T[] {
  const read = z.array(entry).min(1).max(1000).safeParse(list)
  if (read.success) return read.data
  throw new VocabularyError(`is no list of ${what}: ${read.error.issues[0]?.path.join('.') ?? ''}`)
}
