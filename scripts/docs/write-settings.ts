/** Writes docs/settings.md. Run it after a change to the settings: `node scripts/docs/write-settings.ts`. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { settingsDocument } from './settings-document.ts'

writeFileSync(resolve(import.meta.dirname, '../../docs/settings.md'), settingsDocument())
