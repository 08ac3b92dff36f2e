/** Messages for errors that every kind of database has. They name no table and no value. */
export const databaseMessages = {
  interrupted: 'The database ended the query: it was cancelled, or took longer than a statement may.',
  mismatch: 'A value does not convert to the type that was asked for, or a sum is too large to be exact.',
  lost: 'The database cannot be reached, or ended the connection.',
  changed: 'The catalogue of this source is out of date: a table or a column has changed. It is right again after the next harvest.',
  locked: 'A table is locked by other work at the source. Try again in a moment.',
  noDatabase: 'The database of this source does not exist. Its operator must see to the url.',
} as const
