import { InvalidArgumentError, Option } from 'commander'

/** `--port`: 0 takes any free one. */
export const portOption = () =>
  new Option('--port <number>', 'port to listen on; 0 takes any free one').argParser((text) => {
    const port = Number(text)
    if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('It has to be from 0 to 65535.')
    return port
  })

/** `--data-dir` */
export const dataDirOption = (fallback: string) => new Option('--data-dir <folder>', 'where this keeps its own data').default(fallback)
