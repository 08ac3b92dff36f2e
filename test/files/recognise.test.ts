import { describe, expect, it } from 'vitest'
import { isDayAssumed } from '../../connectors/shared/tabular/typing/day-reports.js'
import { tableOf } from './support/folder.js'

async function recognised(header: string, ...rows: string[]): Promise<Record<string, string>> {
  const { table } = await tableOf('t.csv', [header, ...rows].join('\n') + '\n')
  return Object.fromEntries(
    table.columns.flatMap(({ name, semanticType, sensitivity }) =>
      semanticType === undefined && sensitivity === 'NONE'
        ? []
        : [[name, `${semanticType ?? ''}${sensitivity === 'NONE' ? '' : ` ${sensitivity}`}`]],
    ),
  )
}

describe('what values are', () => {
  it('is known by name and values', async () => {
    expect(
      await recognised(
        'UPRN,Street USRN,Post Code,LSOA code,MSOA21CD,Ward code,Local authority code,Easting,Northing,lat,lng,Company Number,URN,Net amount,Web link',
        '5300070895,20499876,NW1 1AA,E01000001,E02000001,E05013666,E09000007,528039,184382,51.543829,-0.15497,01234567,101251,1234.50,https://example.org/a',
        '100021859495,20400001,n1c4ag,E01000002,W02000002,E05013664,E06000001,530050,183321,51.533826,-0.126383,SC123456,100995,0.99,www.example.org',
      ),
    ).toEqual({
      UPRN: 'UPRN',
      'Street USRN': 'USRN',
      'Post Code': 'POSTCODE',
      'LSOA code': 'LSOA',
      MSOA21CD: 'MSOA',
      'Ward code': 'WARD',
      'Local authority code': 'LOCAL_AUTHORITY',
      Easting: 'EASTING',
      Northing: 'NORTHING',
      lat: 'LATITUDE',
      lng: 'LONGITUDE',
      'Company Number': 'COMPANY_NUMBER',
      URN: 'URN',
      'Net amount': 'MONEY',
      'Web link': 'URL',
    })
  })

  it('is not known by a name alone, nor by values alone', async () => {
    expect(
      await recognised(
        'Postcode,LSOA,Ward,column x,Building',
        'N3,Barnet 001A,Kilburn,E01000001,Ann Smith',
        'NW11,Barnet 001B,Belsize,E01000002,Bob Jones',
      ),
    ).toEqual({})
  })

  it('never changes a type', async () => {
    const { table } = await tableOf('t.csv', 'uprn,k\n5300070895,a\n100021859495,b\n')
    expect(table.columns[0]).toMatchObject({ type: 'INT64', semanticType: 'UPRN' })
  })
})

describe('what points to a person', () => {
  it('marks numbers, names and births, and with them where somebody lives', async () => {
    expect(
      await recognised(
        'NHS number,NI number,Date of birth,First name,Surname,Postcode,UPRN,Team',
        '943 476 5919,QQ123456C,13/02/1980,Ann,O’Neill-Smith,NW1 1AA,5300070895,A',
        '9434765870,AB 12 34 56 D,01/03/1975,José,d’Arcy,N1C 4AG,100021859495,B',
      ),
    ).toMatchObject({
      'NHS number': 'NHS_NUMBER PERSONAL',
      'Date of birth': 'DATE_OF_BIRTH PERSONAL',
      'First name': 'PERSON_NAME PERSONAL',
      Surname: 'PERSON_NAME PERSONAL',
      Postcode: 'POSTCODE PERSONAL',
      UPRN: 'UPRN PERSONAL',
    })
  })

  it('checks the digit of NHS numbers', async () => {
    expect(await recognised('NHS number,k', '9434765918,a', '9434765871,b')).toEqual({})
  })

  it.each<[string, string[], string]>([
    ['of an office', ['libraries@camden.gov.uk', 'keatscommunitylibrary@gmail.com', 'customer.services@brent.gov.uk'], 'EMAIL'],
    ['of a person at work', ['info@camden.gov.uk', 'ann.smith@camden.gov.uk'], 'EMAIL PERSONAL'],
    ['of a person at home', ['info@camden.gov.uk', 'annie1980@hotmail.com'], 'EMAIL PERSONAL'],
  ])('tells a mailbox %s', async (_, values, expected) => {
    expect(await recognised('E-mail,k', ...values.map((value) => `${value},a`))).toEqual({ 'E-mail': expected })
  })

  it('tells a mobile from an office', async () => {
    expect(await recognised('Telephone,k', '020 7974 4444,a', '0343 222 1234 (desk),b')).toEqual({ Telephone: 'PHONE' })
    expect(await recognised('Mobile phone,k', '07700 900123,a', '+44 7700 900456,b')).toEqual({ 'Mobile phone': 'PHONE PERSONAL' })
    // A spreadsheet takes the nought before it.
    expect(await recognised('Mobile,k', '7700900123,a', '7700900456,b')).toEqual({ Mobile: 'PHONE PERSONAL' })
  })

  it('finds no name where it was taken out', async () => {
    expect(await recognised('Head First Name,Head Last Name', 'REDACTED,REDACTED', 'REDACTED,REDACTED PERSON')).toEqual({})
  })

  it('finds persons by what they are to somebody, and where they live with them', async () => {
    expect(
      await recognised(
        'Licence Holder,Address,Premises Address,Postcode,Ward',
        'Ann Smith,1 High Road,2 Low Road,NW1 1AA,Kilburn',
        'ABC Ltd,3 High Road,4 Low Road,N1C 4AG,Belsize',
      ),
    ).toEqual({
      'Licence Holder': 'PERSON_NAME PERSONAL',
      Address: ' PERSONAL',
      Postcode: 'POSTCODE PERSONAL',
    })
    expect(
      await recognised('Licence Holder,Address,Postcode', 'Camden Council,1 High Road,NW1 1AA', 'ABC Ltd,3 High Road,N1C 4AG'),
    ).toEqual({ Postcode: 'POSTCODE' })
  })

  it('marks a head of a school, and leaves the school where it is', async () => {
    expect(
      await recognised(
        'School,Headteacher,Address,Postcode',
        'Ivy House School,Mrs A Smith,1 High Road,NW1 1AA',
        'Rhyl Primary School,Mr B Jones,3 High Road,N1C 4AG',
      ),
    ).toEqual({ Headteacher: 'PERSON_NAME PERSONAL', Postcode: 'POSTCODE' })
  })

  it('finds what can be nothing else under any name', async () => {
    expect(
      await recognised(
        'a,b,c,d',
        'ann.smith@example.org,07700 900123,AB123456C,Mr J Smith',
        'bob.jones@example.org,07700 900456,CE123456D,Ms L Chan',
      ),
    ).toEqual({
      a: 'EMAIL PERSONAL',
      b: 'PHONE PERSONAL',
      c: 'NINO PERSONAL',
      d: 'PERSON_NAME PERSONAL',
    })
  })

  it('a few persons among many organisations are persons', async () => {
    const firms = Array.from({ length: 46 }, (_, at) => `Firm ${at} Ltd,a`)
    expect(await recognised('Landlord,k', ...firms, 'Ann Smith,a', 'Bob Jones,a')).toEqual({ Landlord: 'PERSON_NAME PERSONAL' })
    expect(await recognised('Landlord,k', ...firms)).toEqual({})
  })

  it('leaves a table of which every column is marked in the catalogue', async () => {
    const { table } = await tableOf('t.csv', 'Keyholder,Mobile\nAnn Smith,07700 900123\nBob Jones,07700 900456\n')
    expect(table.columns.map(({ name, sensitivity }) => [name, sensitivity])).toEqual([
      ['Keyholder', 'PERSONAL'],
      ['Mobile', 'PERSONAL'],
    ])
    expect(table.rowCount).toBe(2)
  })
})

describe("what is a person's own", () => {
  it.each<[header: string, values: string[], personal: boolean]>([
    ['Email', ['jane@camden.gov.uk', 'parking@camden.gov.uk'], true],
    ['Email', ['priya.p@example.org', 'libraries@camden.gov.uk'], true],
    ['Email', ['parking@camden.gov.uk', 'planning@camden.gov.uk'], false],
    ['Home address', ['1 High Street', '2 High Street'], true],
    ['Complainant address', ['1 High Street', '2 High Street'], true],
    ['Tenant Home Addr 1', ['1 High Street', '2 High Street'], true],
    ['Site address', ['1 High Street', '2 High Street'], false],
    ['Address', ['1 High Street', '2 High Street'], false],
    ['Telephone (home)', ['020 7974 4444', '020 7974 1111'], true],
    ['Telephone', ['020 7974 4444', '020 7974 1111'], false],
    ['birth_dt', ['1980-01-02', '1991-02-03'], true],
    ['fname', ['Jane', 'Priya'], true],
  ])('%s', async (header, values, personal) => {
    const found = await recognised(`${header},n`, ...values.map((value, at) => `${value},${at}`))
    expect((found[header] ?? '').includes('PERSONAL')).toBe(personal)
  })

  it('is a mailbox or a telephone beside persons, whatever it looks like', async () => {
    const found = await recognised(
      'Applicant Name,Email,Telephone',
      'Jane Smith,jsmith@example.org,020 7974 4444',
      'Priya Patel,ppatel@example.org,020 7974 1111',
    )
    expect(found).toEqual({ 'Applicant Name': 'PERSON_NAME PERSONAL', Email: 'EMAIL PERSONAL', Telephone: 'PHONE PERSONAL' })
  })
})

describe('the order of dates', () => {
  it('is told of the column where no value shows it', async () => {
    const { table } = await tableOf('t.csv', 'Opened,Closed,Name\n01/02/2024,01/02/2024,a\n03/04/2024,23/04/2024,b\n')
    expect(table.columns.map(({ name }) => [name, isDayAssumed(name, table.problems)])).toEqual([
      ['Opened', true],
      ['Closed', false],
      ['Name', false],
    ])
  })
})
