import { createInterface } from 'node:readline/promises'
import { DialsError } from '../errors.js'

/** A question of a command, which is an option of it too. */
export interface Question {
  readonly asks: string
  /** What stands for the answer in the help: `--hub <url>`. */
  readonly value: string
  /** The answer of who only presses Enter, or does not give the option. */
  readonly fallback?: string | ((before: Readonly<Record<string, string>>) => string)
  /** What is wrong with an answer, and what would be right. */
  problem(answer: string): string | undefined
}

/** Where questions are asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * Answers questions in their order: from options, else by asking at a terminal, else by their fallbacks.
 * @param given the options, by the names of the questions
 * @param terminal undefined where nobody can be asked
 * @param refuse called with what is wrong with an option, or missing without a terminal
 */
export async function answer<Name extends string>(
  questions: Readonly<Record<Name, Question>>,
  given: Readonly<Partial<Record<Name, string>>>,
  terminal: Terminal | undefined,
  refuse: (problem: string) => never,
): Promise<Record<Name, string>> {
  const answers: Record<string, string> = {}
  for (const [name, question] of Object.entries<Question>(questions)) {
    const fallback = typeof question.fallback === 'function' ? question.fallback(answers) : question.fallback
    const option = given[name as Name] ?? (terminal === undefined ? fallback : undefined)
    const problem = option === undefined ? undefined : question.problem(option)
    if (problem !== undefined) refuse(`--${name} ${problem}`)
    if (option !== undefined) answers[name] = option
    else if (terminal !== undefined) answers[name] = await askUntilRight(question, fallback, terminal)
    else refuse(`without a terminal, give --${name} <${question.value}>: ${question.asks}`)
  }
  return answers as Record<Name, string>
}

async function askUntilRight({ asks, problem }: Question, fallback: string | undefined, terminal: Terminal): Promise<string> {
  for (;;) {
    const text = (await ask(`${asks}${fallback === undefined ? '' : ` [${fallback}]`}: `, terminal)).trim() || (fallback ?? '')
    const wrong = problem(text)
    if (wrong === undefined) return text
    terminal.output.write(`It ${wrong}\n`)
  }
}

/** Throws where the terminal is closed, by Ctrl-C or Ctrl-D, before there is an answer. */
async function ask(text: string, terminal: Terminal): Promise<string> {
  const lines = createInterface(terminal)
  const closed = new AbortController()
  lines.once('close', () => closed.abort())
  try {
    return await lines.question(text, { signal: closed.signal })
  } catch (cause) {
    throw new DialsError('BAD_USER_INPUT', 'The questions were not answered, so nothing was written.', { cause })
  } finally {
    lines.close()
  }
}
