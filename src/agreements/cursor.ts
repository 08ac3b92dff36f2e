import { BadUserInput } from '../errors.js'

/** Where an agreement stands in the list. `createdAt` has microseconds: 2026-11-30T12:00:00.123456Z */
export interface AgreementPlace {
  readonly createdAt: string
  readonly id: string
}

const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([0-9a-f-]{36})$/

/** An opaque position in the list of agreements. */
export function cursorOfAgreement({ createdAt, id }: AgreementPlace): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url')
}

/** The place of a cursor. @throws BAD_USER_INPUT where it is none of ours. */
export function placeOfCursor(cursor: string): AgreementPlace {
  const [, createdAt, id] = form.exec(Buffer.from(cursor.slice(0, 200), 'base64url').toString()) ?? []
  if (createdAt === undefined || id === undefined || cursorOfAgreement({ createdAt, id }) !== cursor)
    throw new BadUserInput('after has to be a cursor of this list, as pageInfo.endCursor gives it.', { inputPath: ['after'] })
  return { createdAt, id }
}
