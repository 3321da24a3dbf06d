/** How far the daily scan of all videos has come, so that whoever goes on need not begin again. */
import type { Documents } from '../ports/documents.ts'

export type ScanMark = {
  /** Minute in which the scan began. */
  at: number
  /** Where its next page begins, '' for the first; absent once it has ended. */
  cursor?: string
  /** Minute of its last sign of life. */
  seenAt?: number
}

const name = 'scan'

export const readScanMark = async (documents: Documents): Promise<ScanMark | undefined> => (await documents.get<ScanMark>('mark', name))?.value
export const writeScanMark = async (documents: Documents, mark: ScanMark): Promise<void> => void (await documents.put('mark', name, '', mark))
