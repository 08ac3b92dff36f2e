/** A copy is a database of the engine's own, whose scans take half the time of Parquet's; it is named so. Any other is Parquet. */
export const databaseSuffix = '.duckdb'

/** The one table of a copy's database, by the name that the database is attached under. */
export const tableIn = (database: string) => `${database}.rows`
