/** What the settings of S3 must agree on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadSettings, readSettings } from '../../src/config/read.ts'
import { openObjects } from '../../src/roles/open-objects.ts'
import { quietLog } from '../fixtures/quiet-log.ts'

const open = (settings: Record<string, string>) =>
  openObjects(readSettings({ SLUICE_OBJECTS: 's3', SLUICE_S3_ENDPOINT: 'http://127.0.0.1:9', SLUICE_S3_PREPARE: 'manual', ...settings }), { log: quietLog, ownUrl: () => '' })

test('one bucket for sources and for what was made of them is refused', async () => {
  const refused = open({ SLUICE_S3_RAW_BUCKET: 'videos', SLUICE_S3_ENCODED_BUCKET: 'videos' })
  await assert.rejects(refused, (error) => error instanceof BadSettings && /SLUICE_S3_RAW_BUCKET and SLUICE_S3_ENCODED_BUCKET/.test(error.message))
  const { objects } = await open({ SLUICE_S3_RAW_BUCKET: 'videos' })
  await objects.close()
})
