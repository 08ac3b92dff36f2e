import type { ApolloServerPlugin } from '@apollo/server'
import type { Viewer } from '../identity/viewer.js'
import { currentRequest } from './request-record.js'
import type { Telemetry } from './telemetry.js'
import { watchOperation } from './watch-operation.js'

/** Records every operation of POST and GET: its kind, duration and error codes. Never its name, its text or its variables. */
export function telemetryPlugin(telemetry: Telemetry): ApolloServerPlugin<{ readonly viewer: Viewer }> {
  return {
    invalidRequestWasReceived() {
      currentRequest()?.codes.add('BAD_REQUEST')
      return Promise.resolve()
    },
    requestDidStart({ contextValue: { viewer } }) {
      const end = watchOperation(telemetry, viewer)
      return Promise.resolve({
        willSendResponse({ operation, response: { body } }) {
          const { errors = [] } = body.kind === 'single' ? body.singleResult : body.initialResult
          end(operation?.operation ?? 'unknown', errors)
          return Promise.resolve()
        },
      })
    },
  }
}
