import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import type { Viewer } from '../../identity/viewer.js'
import type { AnswerReport } from '../../query/7-result/query-result.js'

const hoursKept = 24

/** The reports of downloads: what is known of each without its rows. They are kept for 24 hours, for the viewer who downloaded. */
export class DownloadReports {
  constructor(private readonly knex: Knex) {}

  /** Keeps a report, and drops those that are too old. */
  async keep(viewer: Viewer, report: AnswerReport): Promise<void> {
    await this.knex('download_reports').where('kept_until', '<', this.knex.fn.now()).delete()
    await this.knex('download_reports').insert({
      transaction: report.transaction,
      viewer: holderOf(viewer),
      report: JSON.stringify(report),
      kept_until: this.knex.raw(`now() + interval '${hoursKept} hours'`),
    })
  }

  /** The report of a download of this viewer. Undefined where there is none, or it is somebody else's, or too old. */
  async of(viewer: Viewer, transaction: string): Promise<AnswerReport | undefined> {
    const rows: { report: AnswerReport }[] = await this.knex('download_reports')
      .select('report')
      .where({ transaction, viewer: holderOf(viewer) })
      .andWhere('kept_until', '>=', this.knex.fn.now())
    return rows[0]?.report
  }
}

/**
 * Whose a report or a file is: a digest of the token's issuer and subject and of the organisation that it speaks for, so that the database
 * has no name. All without a token are one.
 */
export function holderOf({ issuer = '', subject, organisation = '' }: Viewer): string {
  if (subject === undefined) return ''
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject, organisation]))
    .digest('base64url')
}
