import type { Knex } from 'knex'
import { HubLog } from '../../audit/log/hub-log.js'
import { adminDraft } from '../../audit/log/draft.js'
import type { LogKeyFile } from '../../audit/log/log-keys.js'
import { LogReader } from '../../audit/read/log-reader.js'
import { CountingAuditor } from '../../audit/counting-auditor.js'
import { LogAuditor } from '../../audit/log-auditor.js'
import type { Auditor } from '../../audit/auditor.js'
import { version } from '../version.js'
import type { HubStart } from './options.js'

/** The audit log of the hub. */
export interface HubAudit {
  readonly auditor: Auditor
  readonly auditLog: HubLog
  readonly audit: LogReader
}

/** Opens the audit log, and records that the hub starts, with which configuration. */
export function openAudit(start: HubStart, knex: Knex, keys: LogKeyFile): HubAudit {
  const { config, log, undo } = start
  const auditLog = new HubLog(knex, keys, version(), log)
  undo.add(() => auditLog.settled())
  // What cannot be recorded now is told when somebody asks for data.
  auditLog.append([{ ...adminDraft('start', config), reasons: [`The hub ${config.name} starts.`] }]).catch(() => undefined)
  return { auditor: auditorOf(start, auditLog), auditLog, audit: new LogReader(knex) }
}

function auditorOf({ config, log, undo }: HubStart, auditLog: HubLog): Auditor {
  const each = new LogAuditor(auditLog, log)
  if (config.audit?.anonymousOpenReads !== 'COUNTED') return each
  const counting = new CountingAuditor(each, auditLog, log)
  undo.add(() => counting.close())
  return counting
}
