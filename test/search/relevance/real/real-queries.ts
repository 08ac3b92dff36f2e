import type { Grade, JudgedQuery, Who } from '../judgements.js'

const votes = ['camden', 'barnet', 'lambeth', 'wandsworth'].map((borough) => `${borough}/polling-stations`)
const votes2015 = ['greenwich', 'haringey', 'islington'].map((borough) => `${borough}/${borough}-polling-stations`).concat('waltham-forest/waltham-forest')
const toilets = ['camden', 'barnet', 'lambeth'].map((borough) => `${borough}/public-toilets`)
const libraries = ['camden', 'lambeth', 'wandsworth'].map((borough) => `${borough}/libraries`)
const schools = ['camden', 'barnet', 'lambeth', 'wandsworth'].map((borough) => `${borough}/schools`)
const payments = ['april2011', 'may2011', 'june2011', 'oct2011', 'jan2012', 'apr2012'].map((month) => `lambeth/lambeth-payments-over500-${month}`)
const [burglary, bicycles, no2, population] = ['crime-major-burglary', 'crime-minor-theft-bicycle', 'airquality-lsoa11-2019-no2', 'population-mid2020-lsoa'].map((name) => `gla/${name}`) as [string, string, string, string]
const forest = 'data-json/http://enterprisecontent-usfs.opendata.arcgis.com/datasets'
const [rain, snow] = [`${forest}/429428633a5e486289f6111d9cbe7065`, `${forest}/f1879e9f6798461f8fd54719ea2231f8`]
const evian = (id: string, layer?: number) => `evian/https://www.arcgis.com/home/item.html?id=${id}${layer === undefined ? '' : `&sublayer=${layer}`}`
const bikeStands = evian('f6565516d1354383b25793e630cf3f2b', 5)
const bikeMap = evian('8acd3deee8d042538e21925d0640f199')
const bolsaFamilia = ['pagamentos', 'saques', 'misocial'].map((part) => `ckan/bolsa-familia-${part}`)
const fishing = ['credito-para-pesca-e-aquicultura', 'pesca-e-aquicultura-capacitacao-e-incubacao', 'pesquisa-e-tecnologia-na-pesca-e-aquicultura'].map((name) => `ckan/${name}`)
const nearFishing = ['apoio-a-unidade-de-ensino-em-aquicultura', 'aquicultura-familiar', 'regime-geral-da-pesca'].map((name) => `ckan/${name}`)

function query(who: Who, text: string, three: readonly string[], two: readonly string[] = [], one: readonly string[] = []): JudgedQuery {
  const graded = (ids: readonly string[], grade: Grade) => ids.map((id): [string, Grade] => [id, grade])
  return { who, text, grades: new Map([...graded(three, 3), ...graded(two, 2), ...graded(one, 1)]) }
}

/** Over the recorded catalogues and London's files. */
export const realQueries: readonly JudgedQuery[] = [
  query('dashboard', 'polling stations', votes, votes2015),
  query('resident', 'where do I vote in lambeth', ['lambeth/polling-stations']),
  query('journalist', 'polling stations 2015', votes2015),
  query('resident', 'public toilets', toilets),
  query('resident', 'where are the public toilets in lambeth', ['lambeth/public-toilets']),
  query('dashboard', 'accessible toilets', ['barnet/public-toilets'], [], ['camden/public-toilets', 'lambeth/public-toilets']),
  query('dashboard', '"public toilets"', ['barnet/public-toilets']),
  query('resident', 'library', libraries),
  query('resident', 'libary opening hours', ['camden/libraries'], [], ['lambeth/libraries', 'wandsworth/libraries']),
  query('scientist', 'schools', [...schools, 'socrata/2tje-83f6'], ['socrata/gza6-uqxz']),
  query('dashboard', 'schools -private', [...schools, 'socrata/2tje-83f6']),
  query('dashboard', 'schools with a uprn', ['camden/schools', 'lambeth/schools'], [], ['barnet/schools', 'wandsworth/schools']),
  query('dashboard', 'uprn postcode', ['islington/islington-polling-stations', 'waltham-forest/waltham-forest', 'lambeth/libraries', 'lambeth/schools', 'camden/schools', 'camden/libraries']),
  query('dashboard', 'URN', ['barnet/schools', 'wandsworth/schools', 'camden/schools']),
  query('scientist', 'LSOA', [burglary, bicycles, no2, population]),
  query('scientist', 'percentage claiming free school meals', ['camden/schools']),
  query('resident', 'ofsted', ['wandsworth/schools'], ['camden/schools']),
  query('journalist', 'burglary', [burglary]),
  query('journalist', 'bike theft', [bicycles]),
  query('scientist', 'police recorded crime in london', [burglary, bicycles]),
  query('resident', 'air pollution', [no2]),
  query('scientist', 'NO2', [no2]),
  query('scientist', 'populaton estimates', [population]),
  query('journalist', 'lambeth spending', payments),
  query('journalist', 'payments over £500', payments),
  query('journalist', 'lambeth payments 2012', payments.slice(4)),
  query('journalist', 'payments april', [payments[0]!, payments[5]!]),
  query('resident', 'grit', ['camden/grit-bins', 'wandsworth/grit-bins']),
  query('resident', 'salt bins camden', ['camden/grit-bins']),
  query('dashboard', 'wandsworth', ['polling-stations', 'schools', 'libraries', 'grit-bins'].map((name) => `wandsworth/${name}`)),
  query('journalist', 'seattle police', ['socrata/3k2p-39jp']),
  query('scientist', 'building permits', ['socrata/msk6-43c6', 'socrata/kvz2-j5cj'], [], ['socrata/ic3t-wcy2']),
  query('resident', 'lottery winning numbers', ['socrata/kwxv-fwze']),
  query('scientist', 'fire rescue responses', ['socrata/xvpn-2pnt']),
  query('dashboard', 'parcels', ['arcgis/mi-kent', 'arcgis/ms-madison', 'arcgis/ca-tuolumne']),
  query('dashboard', 'addresses', ['arcgis/ca-carson', 'arcgis/fl-polk', 'arcgis/mo-columbia', 'arcgis/ca-tuolumne']),
  query('scientist', 'climate change', [rain, snow]),
  query('scientist', 'snow residence', [snow]),
  query('scientist', 'earthquake landslides', ['data-json/USGS:5ec70f9d82ce476925eddc9e']),
  query('journalist', 'awol', ['OPM-ERround-0001-AWOL', 'IDF6-OPM-0001-AWOL', 'IDF6-OPM-0001-AWOL-2'].map((id) => `data-json/${id}`)),
  query('journalist', 'orcamento', ['ckan/dados-abertos-de-orcamento-da-aeb'], [], ['ckan/raio-x-da-administracao-publica-federal']),
  query('journalist', 'licitacoes', ['ckan/licitacoes-e-contratos-do-governo-federal']),
  query('journalist', 'bolsa familia', bolsaFamilia),
  query('journalist', 'bolsa família pagamentos', bolsaFamilia.slice(0, 1), [], bolsaFamilia.slice(1)),
  query('journalist', 'contratos unb', ['ckan/contratos-unb']),
  query('scientist', 'pesca aquicultura', fishing, [], nearFishing),
  query('resident', 'vélo', [bikeMap, bikeStands]),
  query('resident', 'stationnement velo', [bikeStands], [], [bikeMap]),
  query('resident', 'défibrillateur', [evian('b7c181ff568344daae2a77bafbcc7225', 0)]),
  query('journalist', 'property sales price paid', ['data-gov-uk/price-paid-data']),
  query('journalist', 'house prices', ['data-gov-uk/price-paid-data']),
  query('scientist', 'air quality', [no2]),
  query('scientist', 'airquality', [no2]),
  query('resident', 'pollution', [no2]),
  query('journalist', 'crime', [burglary, bicycles], ['socrata/3k2p-39jp']),
  query('resident', 'voting', votes, votes2015),
  query('dashboard', 'nitrogen dioxide lsoa', [no2]),
  query('resident', 'grit bin', ['camden/grit-bins', 'wandsworth/grit-bins']),
  query('resident', 'polling staitons lambeth', ['lambeth/polling-stations']),
  query('resident', 'xylophone', []),
]
