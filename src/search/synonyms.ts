/**
 * Terms that councils use for the same thing, folded; each line is one thing. A search for one of a line finds the others and ranks them
 * alike, so do not add terms that are only related or a part of it. Abbreviations are those of GOV.UK services, the ONS and London
 * government.
 */
export const synonyms: readonly (readonly string[])[] = [
  // Housing
  ['hmo', 'house in multiple occupation', 'houses in multiple occupation'],
  ['prs', 'private rented sector', 'private rented', 'private renting'],
  ['rtb', 'right to buy'],
  ['epc', 'energy performance certificate', 'energy rating'],
  ['council housing', 'council home', 'council house', 'local authority housing'],
  ['housing register', 'housing waiting list'],
  ['temporary accommodation', 'temporary housing'],
  ['rough sleeper', 'rough sleeping', 'street homelessness'],
  // Money and openness
  ['nndr', 'national non domestic rates', 'business rates', 'non domestic rates'],
  ['council tax', 'ctax'],
  ['spend', 'expenditure', 'payments', 'spending'],
  ['procurement card', 'purchase card', 'corporate card'],
  ['salary', 'pay', 'remuneration'],
  ['foi', 'freedom of information', 'information request'],
  ['eir', 'environmental information regulations'],
  // Planning and land
  ['planning application', 'planning permission', 'planning decision'],
  ['cil', 'community infrastructure levy'],
  ['s106', 'section 106', 'planning obligation'],
  ['tpo', 'tree preservation order'],
  ['open space', 'green space'],
  // Streets and transport
  ['pcn', 'penalty charge notice', 'parking ticket', 'parking fine'],
  ['cpz', 'controlled parking zone', 'residents parking zone'],
  ['ltn', 'low traffic neighbourhood'],
  ['ev', 'electric vehicle', 'electric car'],
  ['chargepoint', 'charge point', 'charging point'],
  ['cycle', 'cycling', 'bicycle', 'bike'],
  ['cycle parking', 'bike parking', 'cycle stand', 'bike stand', 'bike rack', 'bicycle rack'],
  ['road accident', 'road casualty', 'road collision', 'road traffic collision'],
  ['roadworks', 'road works', 'street works'],
  ['street light', 'street lighting', 'lamp column', 'lamp post'],
  ['tfl', 'transport for london'],
  // Environment
  ['air quality', 'air pollution'],
  ['no2', 'nitrogen dioxide'],
  ['pm10', 'particulate matter'],
  ['pm2 5', 'particulate matter'],
  ['refuse', 'rubbish', 'waste'],
  ['bin collection', 'bin day', 'bins collected', 'refuse collection', 'rubbish collection', 'waste collection'],
  ['fly tipping', 'fly tip', 'flytipping', 'illegal dumping'],
  ['grit bin', 'salt bin'],
  ['toilet', 'public convenience', 'lavatory', 'wc'],
  ['playground', 'play area'],
  // People, health and safety
  ['asb', 'anti social behaviour', 'antisocial behaviour'],
  ['domestic abuse', 'domestic violence'],
  ['gp', 'general practitioner', 'general practice', 'doctor'],
  ['gp surgery', 'doctors surgery', 'gp practice', 'general practice'],
  ['nhs', 'national health service'],
  ['jsna', 'joint strategic needs assessment'],
  ['defibrillator', 'aed'],
  // Schools and children
  ['send', 'special educational needs', 'sen'],
  ['ehcp', 'education health and care plan', 'ehc plan'],
  ['fsm', 'free school meals'],
  ['neet', 'not in education employment or training'],
  ['childrens centre', 'family hub'],
  ['looked after children', 'children in care'],
  // Democracy
  ['polling station', 'polling place'],
  ['election', 'vote', 'voting'],
  ['councillor', 'elected member'],
  // Places and statistics
  ['lsoa', 'lower layer super output area', 'lower super output area'],
  ['msoa', 'middle layer super output area', 'middle super output area'],
  ['imd', 'index of multiple deprivation', 'indices of multiple deprivation', 'indices of deprivation'],
  ['uprn', 'unique property reference number'],
  ['usrn', 'unique street reference number'],
  ['urn', 'unique reference number'],
  ['ons', 'office for national statistics'],
  ['gla', 'greater london authority'],
]

/**
 * What a wide word also means: a search for the first of a line finds the others too, and not the other way round. Only kinds of the first
 * that a dataset may be called by alone.
 */
export const narrower: readonly (readonly [string, ...string[]])[] = [
  ['pollution', 'air quality', 'no2', 'nitrogen dioxide', 'particulate matter'],
  ['crime', 'burglary', 'offences'],
  ['jobs', 'employment', 'claimant count'],
  ['unemployment', 'claimant count'],
  ['doctors', 'gp surgery', 'general practice'],
  ['potholes', 'road defects'],
  ['takeaways', 'food hygiene'],
  ['pubs', 'licensed premises', 'premises licences'],
  ['swimming', 'leisure centre'],
  ['nurseries', 'childrens centre'],
  ['demographics', 'population'],
]
