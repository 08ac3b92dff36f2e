import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { AgreementKindEnum, AgreementStateEnum, ColumnUseEnum, DecisionEnum } from '../enums.js'
import { DateTime, Iri, Json } from '../scalars.js'
import { Organisation } from './catalogue.js'
import { Filter } from './inputs.js'
import { PageInfo } from './page.js'
import { ColumnAccess } from './result.js'

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'A purpose of use, in a hierarchy (W3C Data Privacy Vocabulary). What is agreed for a purpose is agreed for its narrower ones',
})
export class Purpose {
  @Field(() => Iri, { description: 'What a request confirms: in extensions.purpose, the header or the parameter `purpose`' }) iri!: string
  @Field(() => String, { description: 'Its name in English' }) label!: string
  @Field(() => String, { nullable: true, description: 'What it means; null where nobody says' }) description!: string | null
  @Field(() => [Purpose], { description: 'The purposes that it is a part of (skos:broader); empty at the top' }) broader!: Purpose[]
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description: 'Something that is done to values before they leave their spoke, or a limit. One that a spoke does not know denies',
})
export class Obligation {
  @Field(() => String, {
    description: 'Of a column: drop, truncate, generalise, hash, pseudonymise; of a table: maximum-rows, expiry (docs/agreements.md)',
  })
  type!: string
  @Field(() => Json, { nullable: true, description: 'Its parameters: { "to": "year" }; null where it has none' }) params!: unknown
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A column, and what it may be used for' })
export class AgreementColumn {
  @Field(() => String, { description: 'Its name, as published' }) column!: string
  @Field(() => [ColumnUseEnum], { description: 'Each use that is agreed. To sort by a column needs SELECT' }) uses!: readonly string[]
  @Field(() => [Obligation], { description: 'What is done to its values' }) obligations!: readonly Obligation[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A table of the discloser, and what may be used of it' })
export class AgreementTable {
  @Field(() => ID, { description: 'Its id: camden/housing/accounts' }) tableId!: string
  @Field(() => [AgreementColumn], { description: 'Its columns. In a RECEIPT an empty list accepts whatever the disclosure lets out' })
  columns!: readonly AgreementColumn[]
  @Field(() => Json, { nullable: true, description: 'Which rows may leave, as a Filter; null: all' }) rowFilter!: unknown
  @Field(() => [Obligation], { description: 'Limits of the use of the whole table' }) obligations!: readonly Obligation[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A data protection impact assessment, by its digest' })
export class ImpactAssessment {
  @Field(() => String, { description: 'SHA-256 of the document, hexadecimal' }) sha256!: string
  @Field(() => Iri, { nullable: true, description: 'Where it is; null where nobody says' }) url!: string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'The signature of a party' })
export class Signature {
  @Field(() => Organisation, { description: 'Who has signed' }) organisation!: Organisation
  @Field(() => DateTime, { description: 'When the hub took the signature' }) signedAt!: Date
  @Field(() => String, {
    nullable: true,
    description: 'Who approved it, where an officer did so through a sign-in; null for a key of the organisation',
  })
  approvedBy!: string | null
  @Field(() => String, { description: 'A compact JWS (RFC 7515) with typ agreement+jws, whose payload is `canonical`' }) jws!: string
}

@Directive('@public')
@ObjectType({
  simpleResolvers: true,
  description:
    'What an organisation lets recipients have, for which purposes (DISCLOSURE), or what recipients bind themselves to (RECEIPT). Rows flow only ' +
    'where both are in force. Only its parties see it, and who operates the hub',
})
export class Agreement {
  @Field(() => ID, { description: 'A UUID' }) id!: string
  @Field(() => Int, { description: 'From 1. What was offered never changes: another text is another agreement' }) version!: number
  @Field(() => String, { description: 'As its parties call it' }) title!: string
  @Field(() => AgreementKindEnum, { description: 'Which side of the exchange it is' }) kind!: string
  @Field(() => AgreementStateEnum, { description: 'Whether it counts now' }) state!: string
  @Field(() => Organisation, { description: 'Whose data they are' }) discloser!: Organisation
  @Field(() => [Organisation], { description: 'Who may have them' }) recipients!: readonly Organisation[]
  @Field(() => [Purpose], { description: 'For what; each covers its narrower ones' }) purposes!: readonly Purpose[]
  @Field(() => [Iri], { description: 'Terms of https://w3id.org/dpv/legal/eu/gdpr: A6-1-e-public-interest, …' })
  legalBases!: readonly string[]
  @Field(() => String, {
    nullable: true,
    description: 'The law that lets the data pass: Digital Economy Act 2017 s.35; null where none is named',
  })
  legalGateway!: string | null
  @Field(() => [AgreementTable], { description: 'Which tables and columns' }) tables!: readonly AgreementTable[]
  @Field(() => DateTime, { description: 'The first moment at which it counts' }) validFrom!: string
  @Field(() => DateTime, { description: 'The first moment at which it counts no more' }) validUntil!: string
  @Field(() => Int, {
    nullable: true,
    description: 'Days for which a recipient may keep what it got; null where none are named. It is not enforced technically',
  })
  retentionDays!: number | null
  @Field(() => Boolean, { description: 'Whether a recipient may pass the data on. It is not enforced technically' }) onwardSharing!: boolean
  @Field(() => ImpactAssessment, { nullable: true, description: 'null where there is none' }) impactAssessment!: ImpactAssessment | null
  @Field(() => [Signature], { description: 'The signatures so far, the first one first' }) signatures!: readonly Signature[]
  @Field(() => String, { description: 'The text whose bytes are signed: all of it as canonical JSON (RFC 8785)' }) canonical!: string
  @Field(() => String, { description: 'SHA-256 of `canonical`, hexadecimal' }) digest!: string
  @Field(() => String, { nullable: true, description: 'Why it was suspended or ended; null otherwise' }) reason!: string | null
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'What the viewer may do with a table for a purpose' })
export class TableAccess {
  @Field(() => DecisionEnum, {
    description: 'ALLOW: with all its columns as they are; MASK: with some, or in a protected form; DENY: nothing',
  })
  decision!: string
  @Field(() => [ColumnAccess], { description: 'Each column, in the order of the table' }) columns!: readonly ColumnAccess[]
  @Field(() => [String], { description: 'Why, in sentences; empty where all is open' }) reasons!: readonly string[]
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'An agreement in a list' })
export class AgreementEdge {
  @Field(() => String, { description: 'Where it stands in the list' }) cursor!: string
  @Field(() => Agreement, { description: 'The agreement' }) node!: Agreement
}

@Directive('@public')
@ObjectType({ simpleResolvers: true, description: 'A page of agreements, the latest first' })
export class AgreementConnection {
  @Field(() => [Agreement], { description: 'The agreements of the page' }) nodes!: readonly Agreement[]
  @Field(() => [AgreementEdge], { description: 'The same, with their cursors' }) edges!: readonly AgreementEdge[]
  @Field(() => PageInfo, { description: 'Where the page lies' }) pageInfo!: PageInfo
  @Field(() => Int, { description: 'How many agreements there are in all' }) totalCount!: number
}

/** A field that may be left out. */
const optional = (type: object, description: string) => Field(() => type as typeof String, { nullable: true, description })

@InputType({ description: 'Which agreements. All that are given have to hold' })
export class AgreementFilter {
  @Field(() => [AgreementStateEnum], { nullable: true, description: 'In one of these states now' }) states?: string[] | null
  @optional(ID, 'With this organisation as a party') organisation?: string | null
  @optional(Iri, 'That name this purpose') purpose?: string | null
  @optional(ID, 'That name this table') table?: string | null
}

@InputType({ description: 'Something that is done to values before they leave their spoke, or a limit' })
export class ObligationInput {
  @Field(() => String, { description: 'Of a column: drop, truncate, generalise, hash, pseudonymise; of a table: maximum-rows, expiry' })
  type!: string
  @optional(Json, 'Its parameters: { to: "year" }. Absent: none') params?: unknown
}

@InputType({ description: 'A column, and what it may be used for' })
export class AgreementColumnInput {
  @Field(() => String, { description: 'Its name, as published' }) column!: string
  @Field(() => [ColumnUseEnum], { description: 'What it may be used for; an empty list: for nothing' }) uses!: string[]
  @Field(() => [ObligationInput], { nullable: true, description: 'What is done to its values. Absent: nothing' }) obligations?:
    ObligationInput[] | null
}

@InputType({ description: 'A table of the discloser, and what may be used of it' })
export class AgreementTableInput {
  @Field(() => ID, { description: 'Its id: camden/housing/accounts' }) table!: string
  @Field(() => [AgreementColumnInput], { description: 'Its columns. In a RECEIPT an empty list accepts whatever the disclosure lets out' })
  columns!: AgreementColumnInput[]
  @Field(() => Filter, {
    nullable: true,
    description: 'Which rows may leave: and, or, not, and a column with one of eq, ne, lt, lte, gt, gte, in, isNull. Absent: all',
  })
  rowFilter?: Filter | null
  @Field(() => [ObligationInput], { nullable: true, description: 'Limits of the use of the whole table. Absent: none' })
  obligations?: ObligationInput[] | null
}

@InputType({ description: 'A data protection impact assessment, by its digest' })
export class ImpactAssessmentInput {
  @Field(() => String, { description: 'SHA-256 of the document, hexadecimal' }) sha256!: string
  @optional(Iri, 'Where it is') url?: string | null
}

@InputType({ description: 'What is agreed. The hub gives the id, and version 1' })
export class AgreementInput {
  @Field(() => String, { description: '1 to 300 characters' }) title!: string
  @Field(() => AgreementKindEnum, { description: 'Which side of the exchange it is' }) kind!: string
  @Field(() => ID, { description: 'The organisation whose data they are' }) discloser!: string
  @Field(() => [ID], { description: 'The organisations that may have them, 1 to 100' }) recipients!: string[]
  @Field(() => [Iri], { description: 'What for: purposes of this hub, 1 to 100' }) purposes!: string[]
  @Field(() => [Iri], { description: 'Terms of https://w3id.org/dpv/legal/eu/gdpr, 1 to 100' }) legalBases!: string[]
  @optional(String, 'The law that lets the data pass') legalGateway?: string | null
  @Field(() => [AgreementTableInput], { description: 'Which tables and columns, 1 to 1,000 tables of the discloser' })
  tables!: AgreementTableInput[]
  @Field(() => DateTime, { description: 'The first moment at which it counts' }) validFrom!: Date
  @Field(() => DateTime, { description: 'The first moment at which it counts no more' }) validUntil!: Date
  @optional(Int, 'Days for which a recipient may keep what it got, 0 to 36,500') retentionDays?: number | null
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Whether a recipient may pass the data on' })
  onwardSharing?: boolean | null
  @optional(ImpactAssessmentInput, 'Absent: there is none') impactAssessment?: ImpactAssessmentInput | null
}
