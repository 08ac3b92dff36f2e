import { join } from 'node:path'
import type { DatasetDescription } from '../../../../src/connector/catalogue.js'
import type { SearchDocument } from '../../../../src/search/port.js'
import { keywordsOf, themesOf } from '../../../../src/search/vocabulary/themes.js'
import { openFolder } from '../../../files/support/source.js'
import { document } from '../../contract/asking.js'
import { sharedPath } from './shared-data.js'

/** What a borough would say of a file: [folder/dataset, title, description, keywords, theme, when it was changed]. */
const said: readonly (readonly [string, string, string, string, string, string])[] = [
  ['camden/polling-stations', 'Camden Polling Stations', 'Where residents vote, with the polling district and the constituency of each.', 'elections, voting', 'Your Council', '2024-06-07'],
  ['camden/public-toilets', 'Public Conveniences In Camden', 'Opening hours and locations of the borough’s toilets.', 'toilets', 'Environment', '2024-01-08'],
  ['camden/schools', 'Schools In Camden And Neighbouring Boroughs', 'An extract of the national register of schools.', 'schools, education', 'Education', '2025-02-01'],
  ['camden/libraries', 'Camden Libraries', 'Opening times, co-located services and staffed hours of every public library.', 'libraries, books', 'Culture and leisure', '2025-03-01'],
  ['camden/grit-bins', 'Camden Grit Bins', 'Bins of salt and grit that may be used on icy pavements.', 'winter, roads', 'Transport', '2026-01-09'],
  ['camden/reception-centres', 'Council Reception Centres', 'Where the council can be spoken to in person.', 'contact', 'Your Council', '2025-07-21'],
  ['barnet/polling-stations', 'Polling Places', 'The places where people of Barnet vote, by polling district.', 'elections', 'Government', '2023-05-01'],
  ['barnet/public-toilets', 'Public Toilets', 'Toilets that are open to the public, and who manages them; which are accessible and where babies can be changed.', 'toilets, accessibility', 'Environment', '2022-09-01'],
  ['barnet/schools', 'Schools in Barnet', 'Primary, secondary and special schools.', 'education', 'Education', '2024-09-01'],
  ['lambeth/polling-stations', 'Polling Stations', 'Stations used at the last general election.', 'elections', 'Democracy', '2024-07-01'],
  ['lambeth/public-toilets', 'Toilets for the public', 'Council toilets and those of the community toilet scheme.', 'toilets', 'Environment', '2021-05-01'],
  ['lambeth/schools', 'Lambeth Schools', 'All establishments by phase and type.', 'education', 'Education', '2024-02-01'],
  ['lambeth/libraries', 'Library Locations', 'Addresses and telephone numbers.', 'libraries', 'Culture', '2023-02-01'],
  ['lambeth/lambeth-payments-over500-april2011', 'Payments Over £500 April 2011', 'Totals paid to each supplier.', 'spending, transparency', 'Transparency', '2011-05-15'],
  ['lambeth/lambeth-payments-over500-may2011', 'Payments Over £500 May 2011', 'Totals paid to each supplier.', 'spending, transparency', 'Transparency', '2011-06-15'],
  ['lambeth/lambeth-payments-over500-june2011', 'Payments Over £500 June 2011', 'Totals paid to each supplier.', 'spending, transparency', 'Transparency', '2011-07-15'],
  ['lambeth/lambeth-payments-over500-oct2011', 'Payments Over £500 October 2011', 'Totals paid to each supplier.', 'spending, transparency', 'Transparency', '2011-11-15'],
  ['lambeth/lambeth-payments-over500-jan2012', 'Payments Over £500 January 2012', 'Totals paid to each supplier.', 'spending, transparency', 'Transparency', '2012-02-15'],
  ['lambeth/lambeth-payments-over500-apr2012', 'Payments Over £500 April 2012', 'Totals paid to each supplier.', 'spending, transparency', 'Transparency', '2012-05-15'],
  ['wandsworth/polling-stations', 'Polling stations in Wandsworth', 'Polling districts and the address of each place.', 'elections', 'Government', '2024-05-01'],
  ['wandsworth/schools', 'Wandsworth schools', 'With links to Ofsted’s reports.', 'education', 'Education', '2023-10-01'],
  ['wandsworth/libraries', 'Libraries', 'Where to borrow, and the ward of each.', 'libraries', 'Culture', '2022-10-01'],
  ['wandsworth/grit-bins', 'Salt Bins', 'Where residents find grit in winter.', 'winter', 'Transport', '2020-12-01'],
  ['gla/crime-major-burglary', 'Burglary by LSOA, 2011 to 2021', 'Offences recorded by the Metropolitan Police.', 'crime, police', 'Crime and Community Safety', '2022-03-01'],
  ['gla/crime-minor-theft-bicycle', 'Bicycle Theft by LSOA, 2011 to 2021', 'Offences recorded by the Metropolitan Police.', 'crime, police, cycling', 'Crime and Community Safety', '2022-03-01'],
  ['gla/airquality-lsoa11-2019-no2', 'Nitrogen Dioxide Concentrations by LSOA 2019', 'Modelled annual means from the London Atmospheric Emissions Inventory.', 'air quality, pollution', 'Environment', '2021-04-01'],
  ['gla/population-mid2020-lsoa', 'Mid-2020 Population Estimates by LSOA', 'Residents by sex and broad age.', 'population, demography', 'Demographics', '2021-09-01'],
  ['greenwich/greenwich-polling-stations', 'Greenwich Polling Stations 2015', 'Used at the general election of 2015.', 'elections', 'Government', '2015-05-01'],
  ['haringey/haringey-polling-stations', 'Haringey Polling Stations 2015', 'Used at the general election of 2015.', 'elections', 'Government', '2015-05-01'],
  ['islington/islington-polling-stations', 'Islington Polling Stations 2015', 'Used at the general election of 2015.', 'elections', 'Government', '2015-05-01'],
  ['waltham-forest/waltham-forest', 'Waltham Forest Polling Stations 2015', 'Used at the general election of 2015.', 'elections', 'Government', '2015-05-01'],
]

/** A dataset for each file of London's, with the columns that the files connector finds, and semantic types. */
export async function londonDocuments(): Promise<SearchDocument[]> {
  const harvested = new Map<string, DatasetDescription>()
  for (const name of ['.', 'barnet', 'camden', 'gla', 'lambeth', 'wandsworth']) {
    const folder = await openFolder(join(sharedPath('london'), name))
    try {
      for (const event of await folder.harvest()) if (event.kind === 'dataset') harvested.set(`${name}/${event.dataset.id}`, event.dataset)
    } finally {
      await folder.close()
    }
  }
  return said.map(([id, title, description, keywords, theme, modified]) => {
    const [spoke = '', name = ''] = id.split('/')
    const dataset = harvested.get(id) ?? harvested.get(`./${name}`)
    if (dataset === undefined) throw new Error(`No file was harvested for ${id}.`)
    const columns = dataset.tables.flatMap((table) => table.columns)
    const words = keywordsOf(keywords.split(', '))
    return document(id, {
      title, description, keywords: words, themes: themesOf([theme], words),
      columns: [...new Set(columns.flatMap((column) => [column.name, column.title]))],
      semanticTypes: [...new Set(columns.flatMap((column) => column.semanticType?.toUpperCase() ?? []))],
      organisationName: spoke === 'gla' ? 'Greater London Authority' : `London Borough of ${spoke.split('-').map((word) => word[0]?.toUpperCase() + word.slice(1)).join(' ')}`,
      formats: [...new Set(dataset.distributions.flatMap(({ format }) => format?.toLowerCase() ?? []))],
      licence: 'OGL-UK-3.0', hasTables: true, modified: Date.parse(modified),
    })
  })
}
