import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { AuditPartEnum, AuditPhaseEnum, AuditUseEnum, DecisionEnum } from '../enums.js'
import { DateTime, Iri } from '../scalars.js'
import { PageInfo } from './page.js'

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'Proof that an entry is in the audit log, which anybody verifies offline with the public key of the log: dials audit verify',
})
export class Receipt {
  @Field(() => ID, { description: 'The transaction that it is of' }) transaction!: string
  @Field(() => Float, { description: 'Where the entry stands in the log, a whole number; the first is 0' }) leafIndex!: number
  @Field(() => String, {
    description:
      'A tlog-proof (https://c2sp.org/tlog-proof): text of several lines. Its line `extra` holds the nonce and the entry, unless they are too large for it',
  })
  proof!: string
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The signed state of the audit log (https://c2sp.org/tlog-checkpoint)' })
export class Checkpoint {
  @Field(() => String, { description: 'The name of the log: hub.example/audit' }) origin!: string
  @Field(() => Float, { description: 'How many entries it has, a whole number' }) size!: number
  @Field(() => String, { description: 'The hash over all of them: base64 of 32 bytes' }) rootHash!: string
  @Field(() => String, { description: 'The three of them as a signed note, as it is to be kept and compared later' }) note!: string
  @Field(() => [String], {
    description: 'The public keys by which the log was signed, the newest first, as verifier keys (https://c2sp.org/signed-note)',
  })
  verifierKeys!: readonly string[]
  @Field(() => [String], {
    description: 'The latest checkpoint that each spoke has seen and cosigned (https://c2sp.org/tlog-cosignature), as signed notes',
  })
  witnessed!: readonly string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A column that was touched, and what it was used for' })
export class AuditColumn {
  @Field(() => ID, { description: 'The table that it is of' }) table!: string
  @Field(() => String, { description: 'Its name, as published' }) column!: string
  @Field(() => [AuditUseEnum], { description: 'Each use once' }) uses!: readonly string[]
}

@Directive('@authenticated')
@ObjectType({
  simpleResolvers: true,
  description:
    'One entry of the audit log, for one of the parties of a transaction: who asked, and each organisation whose tables were asked for. A party ' +
    'sees its own, which say nothing of the tables of others. An INTENT without an OUTCOME counts as disclosed',
})
export class AuditEntry {
  @Field(() => Float, { description: 'Where it stands in the log, a whole number; the first is 0' }) index!: number
  @Field(() => DateTime, { description: 'When it was written, by the clock of the log' }) time!: string
  @Field(() => AuditPhaseEnum, { description: 'What it says' }) phase!: string
  @Field(() => AuditPartEnum, { description: 'Why it is that of its party' }) part!: string
  @Field(() => ID, { description: 'What links the entries of one query or download' }) transaction!: string
  @Field(() => String, { description: 'How data were asked for: query, explain, download; or what was changed: start, key, harvest' })
  kind!: string
  @Field(() => ID, {
    nullable: true,
    description: 'The organisation whose entry it is; null for an operator’s, and where nobody said who asks',
  })
  party!: string | null
  @Field(() => ID, { nullable: true, description: 'The organisation that asked; null for who did not say' }) organisation!: string | null
  @Field(() => String, {
    nullable: true,
    description:
      'A pseudonym of who asked: the same person has the same one for you, and another for every other party; null without a token',
  })
  actor!: string | null
  @Field(() => Iri, { nullable: true, description: 'What for; null for open data' }) purpose!: string | null
  @Field(() => Iri, { nullable: true, description: 'On which legal basis; null for open data' }) legalBasis!: string | null
  @Field(() => ID, { nullable: true, description: 'Under which agreement; null for open data' }) agreement!: string | null
  @Field(() => String, {
    description:
      'SHA-256, hexadecimal, of the nonce and of the SHA-256 of the input as canonical JSON (RFC 8785): who has the input can check it',
  })
  operationDigest!: string
  @Field(() => [ID], { description: 'The tables that were touched, as far as they concern the party' }) tables!: readonly string[]
  @Field(() => [String], { description: 'The names of their columns that were touched, each once; `uses` says what for' })
  columns!: readonly string[]
  @Field(() => [AuditColumn], { description: 'The same columns by their tables' }) uses!: readonly AuditColumn[]
  @Field(() => [ID], { description: 'The spokes that were to be asked' }) spokes!: readonly string[]
  @Field(() => DecisionEnum, { description: 'DENY where access was refused' }) decision!: string
  @Field(() => [String], { description: 'Codes of errors, and what else is to be known' }) reasons!: readonly string[]
  @Field(() => String, {
    nullable: true,
    description: 'About how many rows were answered: 0, 1-9, 10-99; null where none were, and where a protected table was read',
  })
  rowBand!: string | null
  @Field(() => String, {
    nullable: true,
    description: 'SHA-256, hexadecimal, of the nonce and of the SHA-256 of what was sent; null where it was not sent whole, or not yet',
  })
  resultDigest!: string | null
  @Field(() => String, { description: 'The nonce that hides the entry in the log: base64' }) nonce!: string
  @Field(() => String, { description: 'The entry as canonical JSON: the SHA-256 of the nonce and these bytes is what stands in the log' })
  canonical!: string
}

@Directive('@authenticated')
@ObjectType({ simpleResolvers: true, description: 'An element of a page of the audit log' })
export class AuditEdge {
  @Field(() => String, { description: 'Its place, for `after`' }) cursor!: string
  @Field(() => AuditEntry, { description: 'The entry' }) node!: AuditEntry
}

@Directive('@authenticated')
@ObjectType({
  simpleResolvers: true,
  description: 'A page of the audit log, the latest entry first (https://relay.dev/graphql/connections.htm)',
})
export class AuditConnection {
  @Field(() => [AuditEntry], { description: 'The entries of the page' }) nodes!: readonly AuditEntry[]
  @Field(() => [AuditEdge], { description: 'The same, with their places' }) edges!: readonly AuditEdge[]
  @Field(() => PageInfo, { description: 'Where the page lies in the list' }) pageInfo!: PageInfo
  @Field(() => Int, { description: 'How many entries there are on all pages' }) totalCount!: number
}

@InputType({ description: 'Which entries of the audit log. Everything that is given has to hold' })
export class AuditFilter {
  @Field(() => ID, { nullable: true, description: 'The organisation that asked, or whose entry it is' }) organisation?: string | null
  @Field(() => ID, { nullable: true, description: 'A spoke that was to be asked' }) spoke?: string | null
  @Field(() => ID, { nullable: true, description: 'A table that was touched' }) table?: string | null
  @Field(() => Iri, { nullable: true, description: 'What for, exactly this purpose' }) purpose?: string | null
  @Field(() => [AuditPhaseEnum], { nullable: true, description: 'One of these' }) phase?: string[] | null
  @Field(() => ID, { nullable: true, description: 'One transaction: ResultSet.transaction' }) transaction?: string | null
  @Field(() => DateTime, { nullable: true, description: 'Written then or later' }) from?: Date | null
  @Field(() => DateTime, { nullable: true, description: 'Written before then' }) to?: Date | null
}
