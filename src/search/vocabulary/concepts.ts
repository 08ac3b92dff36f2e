/** A theme of the vocabulary by which all catalogues can be searched. */
export interface Concept {
  /** The name in facets and filters. */
  readonly label: string
  /** Themes that include this one, so that its datasets are in them too (skos:broader). */
  readonly broader: readonly string[]
  /** Other names that sources use for it. Case and punctuation do not matter. */
  readonly aliases: readonly string[]
}

/**
 * The data themes of the EU's vocabulary, http://publications.europa.eu/resource/authority/data-theme, each with its English label and its
 * code; and the narrower topics of the London Datastore. The other names are those that data.gov.uk, ISO 19115, INSPIRE and boroughs'
 * portals use for the same theme. They match keywords too, so do not add a name that means something else as a keyword.
 */
export const concepts: readonly Concept[] = [
  theme(
    'Agriculture, fisheries, forestry and food',
    'AGRI',
    'agriculture, farming, food, fisheries, forestry, agricultural and aquaculture facilities',
  ),
  theme(
    'Economy and finance',
    'ECON',
    'economy, business and economy, jobs and economy, finance, business, economy and business, economic development',
  ),
  theme('Education, culture and sport', 'EDUC'),
  theme('Energy', 'ENER', 'energy resources'),
  theme(
    'Environment',
    'ENVI',
    `environment and sustainability, environment and climate, climate, climate change, sustainability,
      climatologyMeteorologyAtmosphere, biota, inlandWaters, waste, recycling, waste and recycling, rubbish and recycling,
      waste management, natural resources and environment, nature and environment, parks and environment`,
  ),
  theme(
    'Government and public sector',
    'GOVE',
    `government, public sector, council and democracy, democracy, local government, your council, governance,
      government reference data, digital service performance, government and elections, elections,
      council and elections, government and finance`,
  ),
  theme(
    'Health',
    'HEAL',
    'health and social care, social care, adult social care, public health, health and wellbeing, human health and safety',
  ),
  theme('International issues', 'INTR'),
  theme('Justice, legal system and public safety', 'JUST', 'justice, public safety, law, justice and public safety, law and order'),
  theme('Provisional data', 'OP_DATPRO'),
  theme('Regions and cities', 'REGI', 'regions, cities, towns and cities, mapping, boundaries, administrative units, geography, location'),
  theme('Population and society', 'SOCI', 'population, society, communities'),
  theme('Science and technology', 'TECH', 'science, technology, science and innovation, digital'),
  theme(
    'Transport',
    'TRAN',
    'transport networks, transport and streets, transportation, travel, roads and transport, streets and transport',
  ),

  topic('Art and Culture', 'Education, culture and sport', 'arts and culture, culture, culture and leisure, arts, leisure and culture'),
  topic('Championing London', 'Government and public sector', 'London as a world city'),
  topic('COVID-19 Data and Analysis', 'Health', 'covid 19, covid, coronavirus'),
  topic(
    'Crime and Community Safety',
    'Justice, legal system and public safety',
    'crime, crime and justice, community safety, policing, crime and safety',
  ),
  topic('Demographics', 'Population and society', 'demography, population distribution demography, census'),
  topic('Education', 'Education, culture and sport', 'schools, education and learning, schools and education, education and skills'),
  topic('Employment and Skills', 'Economy and finance', 'employment, jobs, labour market, jobs and skills, work and skills'),
  topic('Housing', 'Population and society', 'homes, housing and homelessness, homes and housing, housing and development'),
  topic('Income, Poverty, and Welfare', 'Population and society', 'poverty, welfare, benefits, cost of living'),
  topic('London 2012', 'Education, culture and sport', 'olympics'),
  topic(
    'Planning',
    'Regions and cities',
    'planning and building control, planning and development, land use, planningCadastre, regeneration',
  ),
  topic('Sport', 'Education, culture and sport', 'sports, sport and leisure, sport and recreation'),
  topic(
    'Transparency',
    'Government and public sector',
    'open government, government spending, spending, council spending, finance and transparency',
  ),
  topic('Young People', 'Population and society', 'youth, children and young people, children, children and families'),
]

/** @param names other names, separated by commas. */
function theme(label: string, code: string, names = ''): Concept {
  return { label, broader: [], aliases: [code, ...listOf(names), `http://publications.europa.eu/resource/authority/data-theme/${code}`] }
}

/** @param names other names, separated by commas. */
function topic(label: string, broader: string, names: string): Concept {
  return { label, broader: [broader], aliases: listOf(names) }
}

function listOf(names: string): string[] {
  return names === '' ? [] : names.split(',').map((name) => name.trim().replaceAll(/\s+/g, ' '))
}
