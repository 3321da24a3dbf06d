/** Signing keys and withdrawn videos as Varnish reads them: two subroutines for deploy/varnish. Pure. */
import type { EdgeKey, EdgeKeysAnswer } from '@sluice/contract'

/** A text in VCL ends at a zero byte, so Varnish can't hold such a secret: tokens of its key are refused there. */
export const hasZeroByte = ({ secret }: EdgeKey): boolean => Buffer.from(secret, 'base64url').includes(0)

/** PCRE takes patterns of some 64 KB. */
const idsInPattern = 1000

export const varnishKeys = ({ keys, withdrawn }: EdgeKeysAnswer): string => {
  const groups = Array.from({ length: Math.ceil(withdrawn.length / idsInPattern) }, (_, index) => withdrawn.slice(index * idsInPattern, (index + 1) * idsInPattern))
  return [
    '# Made by `sluice edge-keys varnish`. Secret: mode 640, root and the group varnish.',
    'sub sluice_secret {',
    ...keys.filter((key) => !hasZeroByte(key)).map(({ kid, secret }) => `    if (var.get("kid") == "${kid}") { var.set("secret", digest.base64url_nopad_decode("${secret}")); }`),
    '}',
    'sub sluice_withdrawn {',
    ...groups.map((ids) => `    if (req.url ~ "^/(?:v/|posters/)(?:${ids.join('|')})[/.]") { return (pass); }`),
    '}',
    '',
  ].join('\n')
}
