/** The most columns of a table. The engine holds a part of every column in memory at once, so more would not fit, however few the rows. */
export const columnsMax = 2000

/** The refusal of a table, or of a sheet, with more columns. */
export const tooManyColumns = (what = 'The table') =>
  `${what} has more than ${columnsMax} columns. Turn its columns into rows, or publish them as several tables.`
