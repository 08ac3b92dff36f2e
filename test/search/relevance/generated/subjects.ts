/** What councils keep data about. */
export interface Subject {
  readonly key: string
  /** In the words of one borough or another; each borough has its own. */
  readonly names: readonly string[]
  readonly about: string
  readonly keywords: readonly string[]
  readonly theme: string
  readonly columns: readonly string[]
  /** How often there is another edition: never, once a year, once a month. */
  readonly edition: 'once' | 'yearly' | 'monthly'
}

/** `key | names | about | keywords | theme | columns | edition` */
const lines = `
toilets | Public toilets; Public conveniences; Toilets open to the public | Where they are, when they open, and which are accessible. | toilets, accessibility | Environment | Name, Opening hours, Accessible, Baby change, UPRN, Postcode | once
polling | Polling stations; Polling places; Where to vote: polling stations | The place where electors of each polling district vote. | elections, voting | Council and democracy | Polling district, Polling place name, Address, UPRN, Postcode | once
hmo | HMO licences; Register of houses in multiple occupation; Licensed HMOs | Homes shared by several households that need a licence under the Housing Act 2004. | hmo, licensing, housing | Housing | Licence number, Licence holder, Address, UPRN, Households, Expiry date | once
prs | Private rented sector licensing; Selective licences of private rented homes; PRS property licences | Homes let by private landlords that hold a selective licence. | landlords, renting, licensing | Housing | Licence number, Landlord, Address, Postcode, UPRN | once
rates | Business rates; National non-domestic rates; NNDR accounts | Rateable value and reliefs of every commercial property. | business rates, revenues | Business and economy | Account reference, Rateable value, Relief, Property description, Postcode | yearly
ctax-bands | Council tax bands; Dwellings by council tax band; CTax bands by ward | How many homes are in each band from A to H. | council tax, revenues | Finance | Ward, Band, Dwellings | yearly
ctax-arrears | Council tax collection and arrears; Council tax collected; Unpaid council tax | What was due, what was collected, and what is still owed. | council tax, debt, revenues | Finance | Financial year, Net collectable, Collected, Arrears | yearly
waste | Waste and recycling collection days; Refuse collection rounds; Bin collection days by street | The weekday on which each street’s household refuse is taken. | waste, recycling | Rubbish and recycling | USRN, Street, Collection day, Round | once
litter | Litter bins; Street litter bins; Litter bins on streets | Location and type of bins on the highway. | litter, street cleaning | Environment | Asset id, Street, Type, Easting, Northing | once
grit | Grit bins; Salt bins; Grit and salt bins | Bins of grit for pavements in icy weather. | winter, highways | Transport and streets | Asset id, Location, Easting, Northing | once
recycling-centres | Reuse and recycling centres; Recycling banks; Household recycling centres | Sites where residents bring what they want recycled. | recycling, waste | Rubbish and recycling | Site, Materials, Opening hours, Postcode | once
recycling-rate | Recycling rates; Household recycling rate; Percentage of waste recycled | Share of household waste that was reused, recycled or composted. | recycling, performance | Waste and recycling | Financial year, Tonnes collected, Tonnes recycled, Rate | yearly
flytipping | Fly-tipping incidents; Fly tips reported; Illegal dumping of rubbish | Dumped waste as it was reported, with what was done about it. | fly-tipping, enforcement | Environment | Incident id, Reported, Waste type, Size, Ward, Action | yearly
libraries | Libraries; Public libraries; Library locations and opening hours | Branches, their addresses and when they open. | libraries, books | Culture and leisure | Library, Address, Postcode, UPRN, Opening hours | once
library-visits | Library visits; Library footfall; Visitors to libraries | Physical visits counted at the doors of each branch. | libraries, visits | Culture and leisure | Library, Month, Visits | yearly
schools | Schools; Primary and secondary schools; Schools and academies | Every school with its phase, type and age range. | schools, education | Education | School name, URN, Phase, Type, Postcode, UPRN | once
admissions | School admissions; Primary and secondary school offers; School places applied for and offered | Applications, preferences met and offers by school. | admissions, schools | Education | School, Applications, Offers, First preferences | yearly
send | Pupils with special educational needs; SEND: pupils with EHC plans; SEN support and EHCPs | Pupils by type of need and type of support. | send, special needs | Children and families | Academic year, Primary need, Pupils, With plan | yearly
fsm | Free school meals; Pupils eligible for free school meals; FSM eligibility by school | Share of pupils who are known to be eligible. | school meals, poverty | Education | School, URN, Pupils, Eligible | yearly
neet | Young people not in education, employment or training; NEET: 16 and 17 year olds; NEET figures by ward | Sixteen and seventeen year olds whose activity is none, or not known. | young people, employment | Young people | Month, Age, Number, Not known | yearly
trees | Street trees; Trees on the highway; Trees that the council looks after | Species, height and girth of each tree. | trees, nature | Environment | Tree number, Species, Common name, Height, Spread, Easting, Northing | once
tpo | Tree preservation orders; TPOs; Register of tree preservation orders | Trees and groups of trees that are protected by law. | planning, protected trees | Planning | Order number, Confirmed, Species, Address | once
parking-bays | Parking bays; On-street parking bays; Parking places on streets | Lines and bays on the highway, with whom they are for. | parking, kerbside | Transport | Bay type, Restriction, Street, Length | once
cpz | Controlled parking zones; CPZ boundaries; Controlled parking zones and hours | Areas in which parking needs a permit, and the hours. | parking, permits | Transport | Zone, Hours, Days | once
pcn | Penalty charge notices; Parking fines issued; PCNs issued by street | Every notice issued for a contravention, with what was paid. | parking, enforcement | Transport | PCN number, Contravention code, Street, Issued, Amount paid | yearly
car-parks | Car parks; Council car parks; Off-street car parks | Spaces, charges and disabled bays of each. | parking | Transport | Car park, Spaces, Tariff, Postcode | once
ev | Electric vehicle charging points; EV chargepoints; Electric car charging | Public charge points with their power and connectors. | electric vehicles, charging | Transport | Charger id, Connector, Power kW, Operator, Latitude, Longitude | once
cycle-parking | Cycle parking; Bike stands and hangars; Bicycle racks | Stands, racks and secure hangars for bicycles. | cycling | Transport | Stand id, Type, Spaces, Secure, Easting, Northing | once
cycle-routes | Cycle routes; Cycleways and quietways; Cycle network | Lanes and tracks of the local network. | cycling, routes | Transport | Route, Type, Length | once
ltn | Low traffic neighbourhoods; LTN filters; Low traffic neighbourhoods: modal filters and cameras | Streets that are closed to through traffic. | traffic, streets | Transport | Scheme, Filter type, Street, Started | once
casualties | Road casualties; Road traffic collisions; Road accidents with injuries | People killed or injured in collisions reported to the police. | road safety, collisions | Transport | Date, Severity, Mode, Easting, Northing | yearly
roadworks | Roadworks; Street works permits; Planned road works | Works on the highway with dates and who does them. | highways, permits | Transport | Permit reference, USRN, Street, Promoter, Start, End | once
street-lights | Street lighting; Lamp columns; Street lights | Columns and lanterns that the council maintains. | lighting, highways | Transport | Column number, Lamp type, Wattage, USRN, Easting, Northing | once
air | Air quality monitoring; Air pollution: nitrogen dioxide; NO2 and PM10 measurements | Annual mean concentrations at each monitoring site. | air quality, pollution | Environment | Site, Pollutant, Annual mean, Easting, Northing | yearly
noise | Noise complaints; Complaints about noise; Noise nuisance reports | Complaints received by type and ward. | noise, nuisance | Environment | Complaint reference, Type, Received, Ward | yearly
asb | Anti-social behaviour incidents; ASB reports; Antisocial behaviour by ward | Calls and reports by type. | community safety, asb | Crime and community safety | Ward, Month, Type, Incidents | yearly
crime | Recorded crime by ward; Crime by LSOA; Crimes recorded | Offences recorded by the Metropolitan Police by major group. | crime, police | Crime and community safety | LSOA code, Ward, Month, Offence group, Count | yearly
knife | Knife crime; Knife crime with injury; Offences with knives | Offences in which a blade was used. | crime, violence | Crime and community safety | Month, Ward, Offences, With injury | yearly
planning | Planning applications; Planning decisions; Applications for planning permission | Applications received with their status and decision. | planning, development | Planning | Application number, Address, UPRN, Received, Decision, Decided | yearly
conservation | Conservation areas; Conservation area boundaries; Designated conservation areas | Areas of special architectural or historic interest. | planning, heritage | Planning | Name, Designated, Area | once
listed | Listed buildings; Statutory listed buildings; Buildings of special interest | Buildings that are protected, with their grade. | heritage, planning | Planning | List entry, Name, Grade, Easting, Northing | once
cil | Community infrastructure levy; CIL and section 106 receipts; CIL collected and spent | What developers paid, and what it was spent on. | developer contributions, planning | Planning | Agreement, Developer, Amount, Spent on | yearly
brownfield | Brownfield land register; Brownfield sites; Brownfield land | Previously developed land that is suitable for homes. | planning, land | Planning | Site reference, Hectares, Dwellings, Ownership | yearly
spend | Payments over £500; Council spending over £500; Expenditure over £500 | Every invoice paid above five hundred pounds. | spending, transparency | Transparency | Supplier name, Amount, Date paid, Directorate, Purpose | monthly
salaries | Senior salaries; Senior officers’ pay; Remuneration of senior staff | Posts that earn more than fifty thousand pounds. | pay, transparency | Transparency | Post, Directorate, Salary band | yearly
contracts | Contracts register; Register of contracts; Contracts over £5,000 | Contracts that were let, with their value and supplier. | procurement, transparency | Transparency | Contract reference, Title, Supplier, Value, Start, End | once
cards | Procurement card transactions; Purchase card spending; Corporate card payments | What was bought with the council’s cards. | spending, transparency | Transparency | Date, Merchant, Amount, Category | yearly
foi | Freedom of information requests; FOI disclosure log; Information requests answered | Requests with when they came and whether they were answered in time. | foi, transparency | Transparency | Reference, Received, Subject, Outcome | yearly
councillors | Councillors; Elected members; Your councillors by ward | Names, parties and wards of members. | democracy, councillors | Council and democracy | Name, Party, Ward, Email | once
wards | Ward boundaries; Electoral wards; Wards | The outlines of wards. | boundaries, geography | Mapping | Ward code, Ward name, geometry | once
population | Population estimates; Population by ward and age; Resident population by LSOA | People by age and sex at mid-year. | population, demography | Demographics | LSOA code, Ward, Age, Sex, Persons | yearly
deprivation | Index of multiple deprivation; Indices of deprivation by LSOA; IMD scores and ranks | Scores and ranks of small areas in seven domains. | deprivation, poverty | Demographics | LSOA code, Score, Rank, Decile | once
claimants | Claimant count; Unemployment claimants; People claiming out-of-work benefits | People who claim benefits because they are out of work. | unemployment, labour market | Employment and skills | Month, Ward, Age, Claimants | yearly
homelessness | Homelessness applications; Homeless households; Homelessness: decisions and reliefs | Households that came to the council for help, and the duty owed. | homelessness, housing | Housing | Quarter, Assessed, Duty owed, Households | yearly
rough-sleepers | Rough sleepers; Rough sleeping counts; People seen rough sleeping | People seen sleeping outside on one night of autumn. | homelessness, rough sleeping | Housing | Year, Location, People | yearly
temporary | Temporary accommodation; Households in temporary accommodation; Temporary homes and nightly lets | Households placed in temporary homes by type and cost. | homelessness, housing | Housing | Quarter, Type, Households, Cost | yearly
housing-register | Housing register; Housing waiting list; Households waiting for a council home | Households who wait, by band and bedrooms needed. | housing, allocations | Housing | Band, Bedrooms, Households | yearly
council-homes | Council homes; Council housing stock; Council-owned dwellings | Homes that the council owns and lets. | housing, estates | Housing | UPRN, Address, Estate, Bedrooms, Tenure | once
rtb | Right to buy sales; Council homes sold; RTB applications and sales | Homes that tenants bought. | housing, sales | Housing | Year, Bedrooms, Sold, Receipts | yearly
epc | Energy performance certificates; EPC ratings; Energy ratings of homes | Ratings from A to G of homes that were let or sold. | energy, homes | Energy | UPRN, Rating, Potential rating, Inspected | once
food | Food hygiene ratings; Food hygiene inspections; Ratings of restaurants and takeaways | Scores from nought to five after inspection. | food, restaurants | Health | Business name, Rating, Inspected, Postcode | once
premises | Licensed premises; Premises licences; Alcohol licences | Pubs, bars and shops that may sell alcohol. | licensing, alcohol | Business and economy | Licence number, Premises, Postcode, Hours | once
pavement | Pavement licences; Cafés with tables and chairs outside; Tables and chairs licences | Cafés and bars that may put furniture on the pavement. | licensing, cafés | Business and economy | Licence number, Premises, Street, Tables | once
markets | Street markets; Markets and traders; Market pitches | Days, pitches and what is sold. | markets, traders | Business and economy | Market, Day, Pitches | once
parks | Parks and open spaces; Green spaces; Parks and gardens | Parks, commons and squares that are open to all. | parks, nature | Environment | Name, Hectares, Facilities, geometry | once
playgrounds | Playgrounds; Children’s play areas; Play areas | Equipment and age range of each play area. | play, children | Culture and leisure | Name, Park, Age range, Equipment | once
allotments | Allotments; Allotment sites; Allotment plots and waiting lists | Sites, plots and how long people wait. | allotments, growing | Environment | Site, Plots, Waiting | once
leisure | Leisure centres; Sports centres and swimming pools; Leisure and sports facilities | Pools, halls and gyms that the council owns. | sport, swimming | Sport and leisure | Centre, Facilities, Postcode, UPRN | once
care-homes | Care homes; Residential and nursing homes; Care homes for older people | Homes by provider, beds and rating. | social care, older people | Health and social care | Home, Provider, Beds, Rating, Postcode | once
surgeries | GP surgeries; General practices; Doctors’ surgeries | Practices with their list size. | health, doctors | Health | Practice code, Practice, Postcode, Patients | once
childrens-centres | Children’s centres; Family hubs and children’s centres; Children’s centres and nurseries | Centres for families with children under five. | early years, families | Children and families | Centre, Address, Postcode | once
flood | Flood risk zones; Surface water flooding; Areas at risk of flooding | Extent and depth in storms of several return periods. | flooding, climate | Environment | Zone, Return period, Depth, geometry | once
defibrillators | Defibrillators; Public access defibrillators; Defibrillators (AEDs) | Where they are and when they can be reached. | health, emergency | Health | Location, Access, Latitude, Longitude | once
plaques | Blue plaques; Commemorative plaques; Plaques to people and events | Whom and what they commemorate. | heritage, history | Arts and culture | Person, Inscription, Address, Unveiled | once`

export const subjects: readonly Subject[] = lines.trim().split('\n').map((line) => {
  const [key = '', names = '', about = '', keywords = '', theme = '', columns = '', edition = 'once'] = line.split('|').map((part) => part.trim())
  return { key, names: names.split('; '), about, keywords: keywords.split(', '), theme, columns: columns.split(', '), edition: edition as Subject['edition'] }
})

/** Datasets that one borough alone has: `borough | title | description | keywords`. */
export const rarities: readonly (readonly string[])[] = `
camden | Hampstead bathing ponds: water quality | Weekly samples of the three ponds in summer. | swimming, water
lambeth | Brixton Windmill visitor numbers | Visitors at open days of the last working windmill of inner London. | heritage, tourism
barnet | Hendon Aerodrome memorial trees | Oaks planted for airmen. | trees, history
wandsworth | Tooting Bec Lido attendance | Swimmers by day and water temperature. | swimming, sport
hackney | Ridley Road Market traders’ survey | What traders think of their pitches. | markets, survey
southwark | Canada Water masterplan comments | Comments on the masterplan of the Surrey Quays. | planning, consultation
greenwich | Thames Barrier Park peregrine sightings | Falcons seen by rangers. | birds, nature
newham | Königsberg Hall bookings | Hall hire at the former German mission. | halls, bookings
lambeth | Peña Flamenca and Latin festivals | Events of the Latin American quarter at Elephant. | events, culture
greenwich | Twinning with Créteil and Reinickendorf | Visits by schools of twin towns. | twinning, schools
southwark | Burgess Park lime kiln survey | Laser scan of the kiln. | heritage, archaeology
camden | Air raid shelters of the second world war | Shelters surveyed in 1939 and 1941. | history, shelters`
  .trim().split('\n').map((line) => line.split('|').map((part) => part.trim()))
