import type { DatasetRow, TableRow } from '../../catalogue/rows.js'
import { htmlText } from '../../connector/html-text.js'
import { htmlPage, link, terms } from './html.js'

/** A dataset as its own address tells it. */
export interface ToldDataset {
  readonly dataset: DatasetRow
  readonly publisher: string
  readonly tables: readonly TableRow[]
}

/** What a program reads at the address of a dataset, until that is DCAT. */
export function datasetJson({ dataset, publisher, tables }: ToldDataset, iri: string): object {
  const { id, title, description, licence, themes, keywords, access, issued, modified, frequency, landingPage, status } = dataset
  return {
    iri,
    ...{ id, title, description, publisher, licence, themes, keywords, access, issued, modified, frequency, landingPage, status },
    tables: tables.map((table) => ({ id: table.id, title: table.title, rowCount: table.rowCount })),
  }
}

/** The same for a person. Its links are relative, so that a proxy may serve the hub below a path. */
export function datasetHtml({ dataset, publisher, tables }: ToldDataset): string {
  const { description, licence, themes, access, modified } = dataset
  const isOpen = access === 'OPEN'
  const tableText = ({ id, title }: TableRow) =>
    `${htmlText(title)} (<code>${htmlText(id)}</code>)${isOpen ? ` ${link(`../../tables/${id}.csv`, 'CSV')}` : ''}`
  return htmlPage(
    dataset.title,
    [
      ...(description === null ? [] : [`<p>${htmlText(description)}</p>`]),
      terms([
        ['Publisher', htmlText(publisher)],
        ['Id', `<code>${htmlText(dataset.id)}</code>`],
        ['Access', htmlText(access)],
        ...(licence === null ? [] : [['Licence', htmlText(licence.title)] as const]),
        ...(themes.length === 0 ? [] : [['Themes', htmlText(themes.join(', '))] as const]),
        ...(modified === null ? [] : [['Modified', htmlText(modified.toISOString().slice(0, 10))] as const]),
        ...(tables.length === 0 ? [] : [['Tables', tables.map(tableText).join('<br>\n')] as const]),
      ]),
      `<p>${link('../../graphiql', 'Query it')} · ${link('../../', 'About this hub')}</p>`,
    ].join('\n'),
  )
}
