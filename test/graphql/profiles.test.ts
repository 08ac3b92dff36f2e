import { expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'

const rows =
  'Ref,Ward,Cost,Opened,Email\n1,Kilburn,10.50,2024-02-28,jane.smith@gmail.com\n2,Kilburn,11.50,2024-02-29,john.jones@gmail.com\n3,,12.50,2024-03-01,ann.lee@gmail.com\n'
const held = hubOfTwo({
  'camden/data/places.csv': rows,
  'camden/data/closed.csv': rows,
  'camden/data/shared.csv': rows,
  'camden/data/catalogue.yaml':
    'datasets:\n  places: { columns: { Ref: { sensitivity: PERSONAL } } }\n  closed: { access: CLOSED, listing: PUBLIC }\n  shared: { access: SHARED, sharedWith: [london-borough-of-barnet], listing: PUBLIC }\n',
})
const query = (id: string) =>
  `{ table(id: "camden/${id}/${id}") { columns { name sensitivity profile { nullRatio distinctCount min max topValues { value count } histogram { from to count } } } } }`

interface Column {
  name: string
  sensitivity: string
  profile: object | null
}

const columnsOf = async (id: string) => (await held.hub.ask<{ table: { columns: Column[] } }>(query(id))).data?.table.columns ?? []

test('columns of an open table have profiles', async () => {
  const columns = await columnsOf('places')
  const profile = (name: string) => columns.find((column) => column.name === name)?.profile
  expect(profile('Ward')).toEqual({
    nullRatio: 1 / 3,
    distinctCount: 1,
    min: 'Kilburn',
    max: 'Kilburn',
    topValues: [{ value: 'Kilburn', count: 2 }],
    histogram: [],
  })
  expect(profile('Cost')).toMatchObject({ nullRatio: 0, distinctCount: 3, min: '10.50', max: '12.50', topValues: [] })
  expect(profile('Opened')).toMatchObject({
    min: '2024-02-28',
    histogram: [
      { from: '2024-02-28', to: '2024-02-28', count: 1 },
      { from: '2024-02-29', to: '2024-02-29', count: 1 },
      { from: '2024-03-01', to: '2024-03-01', count: 1 },
    ],
  })
})

test('personal columns have none, whether recognised or declared by their publisher', async () => {
  const columns = await columnsOf('places')
  expect(columns.filter(({ profile }) => profile === null).map(({ name, sensitivity }) => [name, sensitivity])).toEqual([
    ['Ref', 'PERSONAL'],
    ['Email', 'PERSONAL'],
  ])
})

test.each(['closed', 'shared'])('a table that is %s shows none, and its spoke reports none', async (id) => {
  const columns = await columnsOf(id)
  expect(columns.map(({ profile }) => profile)).toEqual(columns.map(() => null))
  expect(columns.length).toBe(5)
  expect(
    await held.database
      .knex('columns')
      .where({ table_id: `camden/${id}/${id}` })
      .whereNotNull('profile'),
  ).toEqual([])
})
