import { askGraph, type Hub } from './ask-graph.js'

/** An agreement that was offered to its parties. */
export interface OfferedAgreement {
  readonly id: string
  readonly state: string
  readonly digest: string
  /** What each party signs. */
  readonly canonical: string
}

/** Makes an agreement at a hub, and offers it to its parties. @throws DialsError as askGraph. */
export async function offerAgreement(hub: Hub, input: object): Promise<OfferedAgreement> {
  const create = 'mutation ($input: AgreementInput!) { createAgreement(input: $input) { id } }'
  const { id } = await askGraph<{ id: string }>(hub, 'createAgreement', create, { input })
  const offer = 'mutation ($id: ID!) { offerAgreement(id: $id) { id state digest canonical } }'
  return askGraph<OfferedAgreement>(hub, 'offerAgreement', offer, { id })
}

/** Gives a hub a party's signature of an agreement. @returns the state that follows. @throws DialsError as askGraph. */
export async function giveSignature(hub: Hub, id: string, jws: string): Promise<string> {
  const mutation = 'mutation ($id: ID!, $jws: String!) { signAgreement(id: $id, jws: $jws) { state } }'
  return (await askGraph<{ state: string }>(hub, 'signAgreement', mutation, { id, jws })).state
}
