import { words } from './words.js'
/**
 * Words for what a person is to somebody. A column with such a name holds persons or, in their place, organisations; its values decide.
 * They are compared with the lower-case letters of a header.
 */
const privateRoles = [
  // Licences, permits, property.
  ...words(`
    licen[cs]e?holder licen[cs]eholder licen[cs]ee permitholder badgeholder cardholder accountholder policyholder leaseholder
    freeholder keyholder householder stallholder plotholder holder holderof(?:the)?licen[cs]e landlord landlady tenant subtenant
    lessee lessor occupier occupant resident neighbour owner proprietor purchaser seller guarantor lodger squatter homeowner
    ratepayer taxpayer billpayer liableparty debtor mortgagor
  `),
  // Vehicles and animals.
  ...words(`
    driver rider keeper cyclist pedestrian passenger breeder walker
  `),
  // Services.
  ...words(`
    applicant claimant customer client serviceuser libraryuser user patient pupil student learner child children parent mother
    father guardian parentorguardian parentguardian carer fostercarer adopter spouse husband wife partner sibling nextofkin kin
    relative dependant dependent emergencycontact contact contactperson person individual citizen subject datasubject attendee
    participant delegate guest visitor volunteer donor borrower cardowner subscriber registrant entrant winner player employee
    worker jobapplicant staffmember staff member passholder sender correspondent
  `),
  // Cases.
  ...words(`
    complainant victim suspect offender perpetrator defendant accused witness appellant objector supporter petitioner respondent
    consultee enquirer inquirer caller reporter informant notifier requester requestor petitionlead deceased departed executor
    executrix administratorofestate testator bride groom spouse1 mourner personresponsible responsibleperson personincharge
    liableperson nominatedperson namedperson personaffected injuredperson missingperson dutyholder reportedby submittedby
    requestedby signedby appliedby raisedby complaintby objectionby registeredto issuedto grantedto licensedto leasedto letto
    payableby signatory signature countersignatory registeredkeeper who whom attn attentionof fao addressee trustee bearer
    nominee proposer seconder candidate electionagent elector voter juror fullname personname surname forename
  `),
]

/** Roles at work. Their names are personal, but a table of schools with their heads is not a table about people. */
const workRoles = words(`
  officer caseofficer councillor councilor cllr alderman mayor mp minister headteacher headmaster headmistress head principal
  teacher tutor manager supervisor premisessupervisor dps inspector surveyor assessor director chair chairman chairperson
  chairwoman vicechair clerk registrar secretary treasurer governor chief chiefexecutive ceo lead leader coordinator coordinater
  organiser organizer administrator architect agent planningagent solicitor doctor gp nurse midwife vicar priest socialworker
  keyworker caseworker author artist editor photographer inspectedby assessedby approvedby authorisedby authorizedby createdby
  completedby modifiedby updatedby enteredby checkedby preparedby reviewedby decidedby assignedto allocatedto handledby issuedby
  recordedby lastupdatedby lasteditedby assignee handler decisionmaker spokesperson representative rep host speaker trainer
  coach interviewer interpreter translator engineer operative warden caretaker janitor operator incumbent postholder jobholder
  budgetholder
`)

const suffix =
  '(?:s|es)?(?:[0-9]{0,2})(?:(?:full|first|last|given|family|sur|fore)?names?|details|person|initials?|nameandaddress|namesurname)?(?:[0-9]{0,2})$'
const before = '^(?:.*?)'

/** Headers that name a person by a private role. */
const privateRole = new RegExp(
  `${before}(?:${privateRoles.join('|')})${suffix}|(?:reporting|injured|affected|missing|named|responsible)person$|^names?of(?:the)?(?:${privateRoles.join('|')})`,
)
/** Headers that name a person by a role of work. */
export const workRole = new RegExp(`${before}(?:${workRoles.join('|')})${suffix}|^names?of(?:the)?(?:${workRoles.join('|')})`)

/** Headers that may name anything. Here the values must leave no doubt. */
const plainName = /^(?:full)?names?$|^people$/
/** Headers of payees: mostly firms, so only a title shows a person. */
const payee = /payee|beneficiary|recipient|supplier|vendor|grantee|sponsor|^creditor|merchant/

/** Whose names a header says that its column holds. */
export type PersonHeader = 'private' | 'work' | 'name' | 'payee'

/**
 * What a header says; undefined if it names no person.
 * @param letters the header's letters in lower case, without anything between them.
 */
export function personHeader(letters: string): PersonHeader | undefined {
  if (payee.test(letters)) return 'payee'
  if (workRole.test(letters)) return 'work'
  if (privateRole.test(letters)) return 'private'
  return plainName.test(letters) ? 'name' : undefined
}

/** Headers of places, works and things, which are often named after persons. */
const thing = new RegExp(
  words(`
    road street place venue building ward school librar site station park pub premises property plaque monument statue memorial
    sculpture business trading company organi[sz]ation firm brand species breed model make product title subject event area
    location constituency borough town city country parish district address hospital hotel shop restaurant estate court house
    block bridge route line stop team party group scheme project category type class status description plant tree flower common
    scientific dataset file layer publisher prize award cause diagnosis condition operator provider funder consultee stakeholder
    contractor
  `).join('|'),
)

/** Whether a header says nothing about its values, so that only they can show persons. */
export function mayNamePersons(letters: string): boolean {
  return personHeader(letters) === undefined && !thing.test(letters)
}
