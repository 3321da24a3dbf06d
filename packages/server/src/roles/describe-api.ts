/** The OpenAPI document of all routes, without opening anything: docs/openapi.json is written from it. */
import { writeFile } from 'node:fs/promises'
import { registerAudienceRoutes } from '../audience/routes.ts'
import type { Log } from '../base/log.ts'
import { readSettings } from '../config/read.ts'
import { openApiOf } from '../http/open-api.ts'
import { registerDownloadRoutes } from '../stream/download/download-routes.ts'
import { registerPlayRoutes } from '../stream/play/play-routes.ts'
import { registerEdgeKeysRoutes } from '../stream/sign/edge-keys-routes.ts'
import { createApi } from './api.ts'

/** A port that nothing may use. */
function unopened<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get: (_, member) => {
      throw new Error(`describing the API used ${name}.${String(member)}`)
    },
  })
}

/** As GET /api/v1/openapi.json answers it. */
export async function describeApi(): Promise<object> {
  const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }
  const app = await createApi({
    documents: unopened('documents'),
    objects: unopened('objects'),
    queue: unopened('queue'),
    signals: unopened('signals'),
    cache: unopened('cache'),
    log: quiet,
    signPath: () => '',
    settings: readSettings({}),
    siteDirectory: '/nowhere',
    routes: [(routes) => registerDownloadRoutes(routes, { ...unopened('play'), publicUrl: '' }), (routes) => registerPlayRoutes(routes, { ...unopened('play'), publicUrl: '' }), (routes) => registerAudienceRoutes(routes, unopened('audience')), (routes) => registerEdgeKeysRoutes(routes, { documents: unopened('documents'), secret: '' })],
  })
  try {
    return JSON.parse(JSON.stringify(openApiOf(app))) as object
  } finally {
    await app.close()
  }
}

/** `node -e "import('./packages/server/src/roles/describe-api.ts').then((m) => m.writeOpenApi('docs/openapi.json'))"` */
export async function writeOpenApi(path: string): Promise<void> {
  await writeFile(path, `${JSON.stringify(await describeApi(), undefined, 2)}\n`)
}
