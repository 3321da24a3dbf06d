/** A page in Chromium with the SDK in it, served as plain modules from an origin of its own. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { chromium, type Page } from 'playwright-core'

const source = resolve(import.meta.dirname, '../src')
const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

/** What `skip` of a test takes. */
export const withoutChromium: string | false = chromiumPath ? false : 'no Chromium here'

/** `page` stands on an origin where `import('/index.ts')` is the SDK; closed afterwards. */
export async function withPage(use: (page: Page, modules: string[]) => Promise<void>): Promise<void> {
  const modules: string[] = []
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://host').pathname
    if (path === '/') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<input type="file">')
    readFile(join(source, path), 'utf8').then(
      (text) => {
        modules.push(path)
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(stripTypeScriptTypes(text))
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await use(page, modules)
  } finally {
    await browser.close()
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
}
