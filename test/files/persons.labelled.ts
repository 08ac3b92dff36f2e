/** A header, values under it, and whether they point to persons. All are invented. */
export type Labelled = readonly [header: string, values: readonly string[], isPersonal: boolean]

const names = ['Ann Smith', 'Bob Jones', 'Priya Patel', 'Oluwaseun Adeyemi']
const titled = ['Mr J Smith', 'Mrs P Patel', 'Dr A. O’Neill', 'Miss Zofia Nowak']
const turned = ['Smith, Ann', 'JONES, BOB', "O'Brien, Siobhan", 'Nguyen, Thi Mai']
const initialled = ['J Smith', 'P.R. Patel', 'A B Khan', 'M-C Dupont']
const capitals = ['SMITH JOHN', 'PATEL PRIYA', 'ADEYEMI FOLAKE', 'KHAN ASIF']
const rare = ['Xanthe Quillfeather', 'Ottoline Prendergast', 'Gethin Abernethy', 'Ngozi Okonkwo']
const scripts = ['王小明', '李娜', 'Олена Шевченко', 'محمد علي']
const firms = ['Camden Council', 'ABC Ltd', 'Kilburn Kebab Limited', 'Notting Hill Housing Trust', 'Fox & Hounds Inns plc']
const mixed = ['ABC Ltd', 'Camden Council', 'Ann Smith', 'Blue Door Lettings Ltd', 'Kilburn Taverns plc']
const places = ['Kilburn Library', 'Swiss Cottage Library', 'Highgate Library Centre']
const kinds = ['Council', 'Private', 'Housing association', 'Owner occupied']

const personal: readonly (readonly [string, readonly string[]])[] = [
  ['Licence Holder', names], ['LICENCE_HOLDER', capitals], ['licenceHolder', titled], ['Licensee', turned], ['License Holder Name', initialled], ['Name of Licence Holder', names], ['Licence holder(s)', mixed],
  ['Keyholder', names], ['Key Holder 1', titled], ['Keyholder 2 Name', initialled], ['Landlord', names], ['Landlord', mixed], ['Landlord Name', titled], ['Joint landlord', turned],
  ['Tenant', names], ['Lead Tenant', capitals], ['Tenant 1', titled], ['Tenants', ['Ann Smith and Bob Jones', 'Mr & Mrs Patel', 'J & M Khan']], ['Contact', names], ['Contact Name', initialled], ['Main contact', titled], ['Emergency Contact', turned],
  ['Contact person', rare], ['Applicant', names], ['Applicant', mixed], ['Applicant Name', rare], ['Applicant/Agent', names], ['Agent', names], ['Agent Name', mixed], ['Planning agent', initialled], ['Councillor', ['Cllr Ann Smith', 'Cllr Bob Jones']],
  ['Councillor', names], ['Ward Councillor', rare], ['Cllr', turned], ['Owner', names], ['Owner', mixed], ['Dog Owner', capitals], ['Property owner', titled], ['Registered Owner', turned], ['Owner Name', scripts],
  ['Officer', names], ['Case Officer', initialled], ['Case officer', ['Smith', 'Patel', 'Nowak', 'Adeyemi']], ['Planning Officer', titled], ['Signatory', names], ['Signed by', initialled], ['Executor', names],
  ['Executors', ['Executors of Ann Smith', 'Estate of the late Bob Jones']], ['Driver', names], ['Driver name', capitals], ['Registered Keeper', names], ['Registered keeper', mixed], ['Keeper', titled], ['Proposer', names], ['Seconder', rare],
  ['Candidate', ['SMITH Ann', 'JONES Robert William']], ['Candidate name', turned], ['Complainant', names], ['Complainant', ['Anonymous', 'Ann Smith', 'Anonymous', 'Withheld', 'Mrs Patel']], ['Deceased', names], ['Name of deceased', turned], ['The Deceased', capitals],
  ['Next of Kin', names], ['Next-of-kin name', titled], ['NextOfKin', rare], ['Guardian', names], ['Parent/Guardian', turned], ['Parent or carer', names], ['Carer', initialled], ['Foster Carer', rare], ['Mother', names], ['Father', rare], ['Spouse', names],
  ['Child', rare], ['Child name', ['Ava', 'Noah', 'Isla']], ['Pupil', turned], ['Student Name', capitals], ['Patient', titled], ['Client', rare], ['Customer', names], ['Service user', initialled], ['Claimant', turned], ['Resident', names], ['Occupier', names],
  ['Occupier', mixed], ['Leaseholder', titled], ['Freeholder', mixed], ['Householder', rare], ['Account Holder', capitals], ['Blue Badge Holder', names], ['Permit holder', turned], ['Plot holder', initialled], ['Stallholder', ['Ann Smith t/a Best Cakes', 'Mr A Khan trading as Fruit World', 'Bob Jones']],
  ['Designated Premises Supervisor', names], ['DPS', initialled], ['Premises supervisor', turned], ['Witness', names], ['Victim', rare], ['Defendant', capitals], ['Offender', turned], ['Appellant', mixed], ['Objector', titled], ['Petitioner', names], ['Respondent', rare],
  ['Reported by', names], ['Submitted By', initialled], ['Inspected by', names], ['Assigned to', ['Smith', 'Jones', 'Khan', 'Nowak']], ['Approved by', titled], ['Created By', rare], ['Person responsible', names], ['Responsible person', rare], ['Line manager', names],
  ['Headteacher', titled], ['Head teacher', rare], ['Headteacher name', names], ['Manager', names], ['Inspector', initialled], ['Social worker', rare], ['Trustee', names], ['Director', turned], ['Company director', capitals], ['Chair', names], ['Mayor', titled], ['Town clerk', rare],
  ['Volunteer', names], ['Attendee', turned], ['Participant name', rare], ['Donor', titled], ['Employee', turned], ['Staff member', names], ['Author', names], ['Artist', rare], ['Driver 2', initialled], ['Tenant name', ['Hans Müller-Lüdenscheidt', 'Zoë d’Arcy', 'Łukasz Wójcik']],
  ['First name', ['Ann', 'Bob', 'José']], ['Surname', ['Smith', "O'Neill", 'van der Berg']], ['Forename(s)', ['Ann Marie', 'Bob']], ['Full name', rare], ['Name', names], ['Name', titled], ['NAME', turned], ['Payee', ['Mr J Smith', 'ABC Ltd', 'Camden Council']],
  ['Supplier Name', ['Mrs A Jones', 'ABC Ltd', 'Veolia Environmental Services plc']], ['Column 3', ['Mr J Smith', 'Mrs P Patel', 'Ms L Chan']], ['Notes by', ['Mr Smith', 'Mrs Khan', 'Miss Ade']],
  ['Email', ['ann.smith@example.org', 'bob.jones@example.org']], ['Correspondence', ['ann.smith@example.org', 'p.patel@gmail.com']], ['Reply to', ['annie1980@hotmail.com', 'bob@yahoo.com']], ['Contact', ['ann.smith@example.org', 'zoe_k@icloud.com']],
  ['Mobile', ['07700 900123', '07700900456']], ['Mob', ['07700 900123', '+44 7700 900456']], ['Reach them on', ['07700 900123', '07700-900-456']], ['Contact No', ['07700 900123', '020 7946 0000']], ['Daytime', ['07700 900789', '07700 900790']], ['Cell', ['+447700900123', '+447700900124']],
  ['NI number', ['QQ123456C', 'AB 12 34 56 D']], ['Reference', ['AB123456C', 'CE 12 34 56 D']], ['Ins. no.', ['JG103759A', 'AB123456D']], ['NHS number', ['943 476 5919', '943 476 5870']], ['Patient ref', ['943 476 5919', '943 476 5870']],
  ['D.O.B.', ['01/02/1980', '13/11/1975']], ['Date of birth', ['1980-02-01', '1975-11-13']], ['DoB (dd/mm/yyyy)', ['01/02/1980', '13/11/1975']], ['Birth date', ['1980-02-01', '1975-11-13']], ['Born', ['1980-02-01', '1975-11-13']], ['Applicant DOB', ['01.02.1980', '13.11.1975']], ['Child DOB 1', ['2015-02-01', '2017-11-13']],
]

/** Written after the rules, to see how they do with what they were not made for. */
const later: readonly (readonly [string, readonly string[], boolean])[] = [
  ['Hirer', ['Ann Smith', 'Bob Jones'], true], ['Grave owner', ['Mary Ellen Potts', 'Harold Finch'], true], ['Sitter', ['Ann Smith', 'Joy Bell'], true], ['LA Contact', ['Sue Ryder', 'Tom Ford'], true],
  ['Contact details', ['Sue Ryder 020 7946 0000', 'Tom Ford 07700 900123'], true], ['Personal licence holders', ['Sue Ryder; Tom Ford', 'Ann Lee; Bo Hu'], true], ['PHV driver', ['ALI, MOHAMMED', 'KHAN, ASIF'], true],
  ['Head of Service', ['Sue Ryder', 'Tom Ford'], true], ['Signed', ['Sue Ryder', 'Tom Ford'], true], ['Buyer', ['Sue Ryder', 'Tom Ford'], true], ['Buyer', ['Camden Council', 'Barnet Council'], false], ['Employee Name', ['RYDER SUE MISS', 'FORD TOM MR'], true],
  ['Officer name', ['Ryder Sue (Housing)', 'Ford Tom (Planning)'], true], ['Case worker', ['sryder', 'tford'], true], ['Responsible Officer', ['Director of Housing', 'Sue Ryder'], true], ['Gift recipient', ['Cllr Sue Ryder', 'Cllr Tom Ford'], true],
  ['Driver', ['Population growth', 'Climate change'], false], ['Key driver', ['Housing costs', 'Low income'], false], ['Keeper', ['British Museum', 'Tate Modern'], false], ['Chair', ['Plastic', 'Wood'], false], ['Agent', ['Salmonella', 'Campylobacter'], false],
  ['Name', ['St Johns Wood', 'Charlotte Mews'], false], ['Name', ['Victoria Park', 'Albert Square'], false], ['Lead', ['Pb', 'Zn'], false], ['Operator', ['Serco', 'NSL'], false], ['Landowner', ['Network Rail', 'Royal Parks'], false],
  ['Owner', ['Network Rail', 'Peabody'], false], ['Dwelling', ['Semi Detached', 'Mid Terrace'], false],
]

const open: readonly (readonly [string, readonly string[]])[] = [
  ['Licence Holder', firms], ['Licensee', firms], ['Landlord', firms], ['Landlord', kinds], ['Landlord type', kinds], ['Owner', firms], ['Owner', kinds], ['Ownership', kinds], ['Owner type', ['Private', 'Public']], ['Tenant', firms], ['Tenant', ['Vacant', 'Vacant']], ['Tenants', ['Yes', 'No']],
  ['Applicant', firms], ['Applicant Name', firms], ['Agent', firms], ['Agent', ['Planning Consultants Ltd', 'Smith Architects LLP']], ['Contact', ['Customer services', 'Parking team', 'Library desk']], ['Contact', ['020 7974 4444', '020 7974 5555']], ['Contact', ['libraries@camden.gov.uk', 'info@brent.gov.uk']],
  ['Contact method', ['Email', 'Telephone', 'Letter']], ['Contact type', ['Phone', 'Web']], ['Officer', ['Planning Team', 'Licensing Team']], ['Officer', ['Yes', 'No', 'Yes']], ['Case officer team', ['North', 'South']], ['Operator', ['Transport for London', 'Go-Ahead Group plc']],
  ['Supplier Name', ['Lambeth Living Ltd', 'Morrison Facilities Services Ltd', 'Capita', 'Thames Water']], ['Supplier', ['Veolia', 'Matrix SCM', 'Apetito', 'Barnardos']], ['Vendor', ['Capita Business Services', 'Pinnacle Housing']], ['Beneficiary', ['Age UK Camden', 'Mind', 'The Winch']], ['Recipient', firms],
  ['Payee', ['Kier Services', 'Conway Aecom', 'Volker Highways']], ['Merchant', ['Amazon', 'Premier Inn']], ['Creditor', ['Thames Water', 'Eon']], ['Name', places], ['Name', ['Argyle Primary School', 'Fryent Primary School']], ['NAME', ['Regents Park', 'Hampstead Heath', 'Kilburn Grange Park']],
  ['Name', ['ACOL BRIDGE CLUB', 'RHYL COMMUNITY PRIMARY SCHOOL']], ['Name', ['Belsize', 'Kilburn', 'Fortune Green']], ['Library Name', places], ['Home Library', places], ['School Name', ['Ivy House School', 'Rhyl Primary']], ['Establishment Name', ['St Mary and St John', 'Argyle Primary School']],
  ['Organisation', ['Burgh House', 'Kings Cross Methodist Mission']], ['Polling station', ['Burgh House', 'St Pancras Church Hall']], ['Venue', ['Town Hall', 'Cecil Sharp House']], ['Building Name', ['Highgate Library', 'Hampstead Heath']], ['Street', ['Adelaide Road', 'West End Lane']],
  ['Road Name', ['Agamemnon road', 'Adelaide Road']], ['Ward', ['Hampstead Town', 'Kilburn', 'South Hampstead']], ['Ward Name', ['Kings Cross', 'Highgate']], ['Constituency', ['Hampstead and Highgate', 'Holborn and St Pancras']], ['Borough', ['Camden', 'Brent', 'Barnet']], ['Town', ['London', 'Wembley']],
  ['Election Name', ['General Election - 4th July 2024', 'Mayoral Election']], ['Department', ['Adult Social Care', 'Housing Needs']], ['Directorate', ['Children and Families', 'Corporate Services']], ['Service', ['Parking Services', 'Libraries']], ['Team', ['Team North', 'Team South']],
  ['Member', ['Yes', 'No']], ['Members', ['12', '15']], ['Partner', firms], ['Delivery partner', ['Groundwork London', 'Kier Group plc']], ['Lead', ['Lead', 'No lead']], ['Head', ['Head Office', 'Branch Office']], ['Child', ['Yes', 'No']], ['Children', ['0', '2']], ['Parent', ['Finance Department', 'Housing Services']],
  ['Parent organisation', ['Camden Council', 'NHS England']], ['User type', ['Adult', 'Junior', 'Senior']], ['Customer', firms], ['Customer type', ['Business', 'Residential']], ['Client', firms], ['Client group', ['Older People', 'Adults']], ['Fuel of driver', ['Diesel', 'Electric']],
  ['Driver type', ['Private Hire', 'Hackney Carriage']], ['Keeper', firms], ['Deceased', ['Yes', 'No']], ['Victim', ['Male', 'Female']], ['Witness', ['Yes', 'No']], ['Person', ['Adult', 'Child']], ['Resident', ['Yes', 'No']], ['Resident permit zone', ['CA-A', 'CA-B']], ['Chair', ['Yes', 'No']],
  ['Assigned to', ['Planning Team', 'Housing Team']], ['Created by', ['System', 'System']], ['Approved by', ['Planning Committee', 'Delegated']], ['Reported by', ['Member of the public', 'Officer on patrol']], ['Submitted by', ['Online form', 'By post']], ['Inspected by', ['Health Team', 'Food Team']],
  ['Manager', ['Camden Council', 'Greenwich Leisure Limited']], ['Managed by', ['Royal Parks', 'City of London']], ['Author', ['Camden Council', 'Greater London Authority']], ['Publisher', ['Camden Council', 'Barnet Council']], ['Description', ['Outside the school', 'Corner of the park']],
  ['Species', ['London Plane', 'Silver Birch', 'Wild Cherry']], ['Common name', ['Silver Birch', 'Field Maple']], ['Scientific name', ['Betula pendula', 'Acer campestre']], ['Colour', ['Red', 'Blue']], ['Make', ['Ford', 'Rolls Royce']], ['Model', ['Range Rover', 'Mini Cooper']], ['Breed', ['Jack Russell', 'Golden Retriever']],
  ['Status', ['In Progress', 'Closed']], ['Type', ['Static Library', 'Mobile Library']], ['Category', ['Fly Tipping', 'Missed Bin']], ['Outcome', ['Not Upheld', 'Upheld']], ['Offence', ['Parked in a bay', 'No Permit']], ['Cuisine', ['Fish and Chips', 'Modern British']], ['Business Name', ['Mr Fish', 'Ann Summers', 'Joe & The Juice']],
  ['Trading name', ['Jamies Kitchen', 'Franco Manca']], ['Premises', ['Kings Head', 'Duke of York']], ['Pub', ['Sir Richard Steele', 'Lord Palmerston']], ['Monument', ['Virginia Woolf', 'Mahatma Gandhi']], ['Blue plaque', ['Charles Dickens', 'Sigmund Freud']], ['Election', ['Local Elections', 'General Election']],
  ['Party', ['Labour Party', 'Green Party', 'Liberal Democrats']], ['Political group', ['Labour', 'Conservative']], ['Language', ['Bengali', 'Somali']], ['Subject', ['Parking Fines', 'Council Tax']], ['Title', ['Housing Strategy', 'Local Plan']], ['Event', ['Winter Fair', 'Summer Reading']], ['Product', ['Grit Bin', 'Salt Bin']],
  ['Reference', ['AB1234', 'CD5678']], ['Application number', ['2024/0001/P', '2024/0002/P']], ['Email', ['libraries@camden.gov.uk', 'info@brent.gov.uk']], ['Telephone', ['020 7974 4444', '0343 222 1234']], ['Website', ['www.camden.gov.uk', 'https://example.org']], ['Phone model', ['Nokia', 'Pixel']],
  ['Postcode', ['NW1 1AA', 'N1C 4AG']], ['UPRN', ['5300070895', '100021859495']], ['Date opened', ['1980-02-01', '1975-11-13']], ['Birth registrations', ['12', '15']], ['Place of birth', ['London', 'Dhaka']], ['ISBN', ['0306406152', '0140328726']], ['Account code', ['1234567890', '2345678901']], ['Batch', ['AB123456', 'CD123456']],
  ['Stakeholder', ['Environment Agency', 'Historic England']], ['Consultee', ['Thames Water', 'Environment Agency', 'Historic England']], ['Sponsor', ['Camden Town Brewery', 'Kings Cross Central']], ['Funder', ['Arts Council England', 'National Lottery']], ['Contractor', ['Conway', 'Kier']], ['Operator name', ['Arriva London', 'Metroline']],
]

export const labelled: readonly Labelled[] = [
  ...later,
  ...personal.map(([header, values]) => [header, values, true] as const),
  ...open.map(([header, values]) => [header, values, false] as const),
]
