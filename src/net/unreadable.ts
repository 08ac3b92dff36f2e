import { maxHeaderSize, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { BadRequest } from './bad-request.js'

/** An error as the body of an answer. */
export interface ErrorBody {
  readonly type: string
  readonly text: string
}

/** Answers what Node cannot read as a request, and ends its connection: an option of Fastify. */
export function answerUnreadable(bodyOf: (error: BadRequest) => ErrorBody): (thrown: NodeJS.ErrnoException, socket: Socket) => void {
  return (thrown, socket) => {
    if (thrown.code === 'ECONNRESET' || socket.destroyed) return
    const error = refusalOf(thrown.code)
    const { type, text } = bodyOf(error)
    const head = [
      `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode]}`,
      `Content-Type: ${type}`,
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
    ]
    if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${text}`)
    socket.destroy(thrown)
  }
}

function refusalOf(code: string | undefined): BadRequest {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new BadRequest(408, 'The request did not arrive in time.')
  if (code === 'HPE_HEADER_OVERFLOW')
    return new BadRequest(
      431,
      `The address and the headers are larger than ${maxHeaderSize} bytes. Send what is long as the body of a POST.`,
    )
  return new BadRequest(400, 'The request is not HTTP as this server reads it.')
}
