/** How every report ends that says of coordinates that they are not in WGS84, longitude first. */
const foundByNoBox = /no box (?:over the United Kingdom )?will find them/

/** Whether the problems of a table say so of one of its columns. A report of a GeoJSON file is about its only geometry and names no column. */
export function isNotWgs84(column: string, problems: readonly string[]): boolean {
  return problems.some(
    (problem) => (problem.startsWith(`Column ${column}: `) || !problem.startsWith('Column ')) && foundByNoBox.test(problem),
  )
}
