import type { AgreedUse } from '../agreement.js'

const home = 'https://seven-dials.example/'
/** The ODRL Profile whose terms an exported agreement uses. */
export const odrlProfile = `${home}ns#agreement-profile`
/** The JSON-LD context of an exported agreement. */
export const odrlContext = [
  'http://www.w3.org/ns/odrl.jsonld',
  {
    sd: `${home}ns#`,
    dpv: 'https://w3id.org/dpv#',
    dct: 'http://purl.org/dc/terms/',
    rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
    xsd: 'http://www.w3.org/2001/XMLSchema#',
  },
]
/** How IRIs of organisations, tables and obligations begin. */
export const [ofOrganisation, ofTable, ofObligation] = [`${home}organisation/`, `${home}table/`, 'sd:obligation-'] as const

/** ODRL's own actions are about works: its `aggregate` means a collection. So each use has an action of ours. */
export const useActions: Readonly<Record<AgreedUse, { readonly uid: string; readonly includedIn: string }>> = {
  SELECT: { uid: 'sd:select', includedIn: 'odrl:read' },
  FILTER: { uid: 'sd:filter', includedIn: 'odrl:use' },
  JOIN: { uid: 'sd:join', includedIn: 'odrl:use' },
  GROUP: { uid: 'sd:group', includedIn: 'odrl:use' },
  AGGREGATE: { uid: 'sd:aggregate', includedIn: 'odrl:use' },
}
/** A permission needs an action, and a column may be agreed for none: who does not know this one allows nothing by it. */
export const nothing = { uid: 'sd:nothing', includedIn: 'odrl:use' }
/** A table without columns: whatever the other agreement lets out. */
export const asDisclosed = { uid: 'sd:use-as-disclosed', includedIn: 'odrl:use' }
/** To pass data on. */
export const distribute = { uid: 'odrl:distribute' }
