/** `sluice edge-keys`: the signing keys, as a cache in front of the edge reads them. */
import type { EdgeKeysAnswer } from '@sluice/contract'
import { oneOf, parseArguments, serverOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { cloudFrontFunction } from '../edge-keys/cloudfront-function.ts'
import { nginxKeys } from '../edge-keys/nginx-keys.ts'
import { hasZeroByte, varnishKeys } from '../edge-keys/varnish-keys.ts'
import { writeSecretFile } from '../edge-keys/write-secret-file.ts'
import { CommandFailure } from '../failure.ts'
import { openClient } from '../session.ts'

const usage = 'sluice edge-keys nginx|varnish|cloudfront|json --out FILE [--url URL]'
const forms = ['nginx', 'varnish', 'cloudfront', 'json'] as const
const writers: Record<(typeof forms)[number], (answer: EdgeKeysAnswer) => string | Promise<string>> = {
  nginx: nginxKeys,
  varnish: varnishKeys,
  async cloudfront(answer) {
    const { code, leftOut } = await cloudFrontFunction(answer)
    if (leftOut.length > 0) process.stderr.write(`CloudFront's function has no room for these withdrawn videos: invalidate /v/ID/* of ${leftOut.join(', ')}\n`)
    return code
  },
  json: (answer) => `${JSON.stringify(answer, undefined, 2)}\n`,
}

export const edgeKeys: Command = {
  usage,
  help: [
    'Writes the keys that playback tokens are signed with, and the videos that were withdrawn lately, to FILE (mode 600) as the',
    'cache reads them, and says `changed` or `unchanged`: reload the cache when they changed. Run it every minute: keys are published five minutes',
    'before they sign. The file stays as it is when the server does not answer. The token (SLUICE_TOKEN) is the value of',
    'the server’s SLUICE_EDGE_KEYS_SECRET, or an administrator’s. Each cache: deploy/nginx, deploy/varnish, deploy/cloudfront.',
  ].join('\n'),

  async run(args, context) {
    const { values, positionals } = parseArguments(args, { ...serverOptions, out: { type: 'string' } }, usage)
    const form = oneOf('form', positionals[0], forms)
    if (form === undefined || positionals.length > 1 || values.out === undefined) throw new CommandFailure(`Name a form and a file\nUsage: ${usage}`, 2)
    const client = await openClient(values, context)
    const answer = await client.edgeKeys({ signal: context.signal })
    const { keys } = answer
    if (keys.length === 0) throw new CommandFailure('The server has no keys yet')
    const unusable = form === 'varnish' ? keys.filter(hasZeroByte) : []
    for (const { kid } of unusable) process.stderr.write(`Varnish can't use the key ${kid}: it has a zero byte. Its tokens are refused there; keys made from now on have none\n`)
    const changed = await writeSecretFile(values.out, await writers[form](answer))
    process.stdout.write(`${changed ? 'changed' : 'unchanged'}\n`)
  },
}
