/** The ending of a copy that is a database of the engine, which scans twice as fast as Parquet. Other copies are Parquet. */
export const databaseSuffix = '.duckdb'

/** The only table in a copy's database. @param database the name that it is attached under. */
export const tableIn = (database: string) => `${database}.rows`
