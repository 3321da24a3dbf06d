/** Signing keys and withdrawn videos as nginx reads them: two maps for deploy/nginx. Pure. */
import type { EdgeKeysAnswer } from '@sluice/contract'

export const nginxKeys = ({ keys, withdrawn }: EdgeKeysAnswer): string =>
  [
    '# Made by `sluice edge-keys nginx`. Secret: mode 600.',
    'map $sluice_kid $sluice_secret {',
    '    default "";',
    ...keys.map(({ kid, secret }) => `    "${kid}" "${secret}";`),
    '}',
    'map $sluice_video $sluice_withdrawn {',
    '    default "";',
    ...withdrawn.map((id) => `    ${id} 1;`),
    '}',
    '',
  ].join('\n')
