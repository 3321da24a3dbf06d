/** A process of its own that uploads one file, to be killed: `node upload-child.ts URL FILE STATE-DIRECTORY`. */
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource, openFileResumeStore } from '@sluice/sdk/node'

const [baseUrl, path, directory] = process.argv.slice(2) as [string, string, string]
const source = await fileSource(path)
const resumeStore = await openFileResumeStore(directory)
await createUpload(createClient({ baseUrl }), source, { resumeStore, concurrency: 2 }).start()
await source.close!()
console.log(JSON.stringify({ maxRssBytes: process.resourceUsage().maxRSS * 1024 }))
