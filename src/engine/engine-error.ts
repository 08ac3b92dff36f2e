import { BadUserInput, DialsError, ResultTooLarge, SourceTimeout, TypeMismatch } from '../errors.js'

/** Maps an error of DuckDB to one of ours. DuckDB's text names files and values, so it is kept only as the cause. */
export function engineError(thrown: unknown): DialsError {
  if (thrown instanceof DialsError) return thrown
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  const detail = { cause: thrown }
  if (text.startsWith('INTERRUPT')) return new SourceTimeout('The query was ended before it finished.', detail)
  if (text.startsWith('Out of Memory')) {
    return new ResultTooLarge(
      'The query needs more memory than is free now. Filter more, group, or ask for fewer columns; where others are busy here, try again in a moment.',
      detail,
    )
  }
  if (/^IO Error: .*No space left on device/s.test(text)) {
    return new ResultTooLarge(
      'The answer needs more room than there is for it where it is computed. Filter more, group, or ask for fewer columns.',
      detail,
    )
  }
  if (text.startsWith('Not implemented Error: Unknown TimeZone'))
    return new BadUserInput('The engine does not know this time zone. Give another name of it.', detail)
  if (
    /^(Conversion|Invalid Input) Error: (Could not (convert|cast)|invalid|Casting|Failed to cast)/i.test(text) ||
    text.startsWith('Conversion Error')
  ) {
    return new TypeMismatch('A value does not convert to the type that was asked for, or a sum is too large to be exact.', detail)
  }
  if (text.startsWith('Out of Range'))
    return new BadUserInput('A number is out of range: a value or a sum is too large to be exact.', detail)
  return new DialsError('INTERNAL_SERVER_ERROR', 'The engine could not run the query. The reason is in the log.', detail)
}
