/** The process's log: JSON lines on standard error. */
import pino from 'pino'
import type { Log } from '../base/log.ts'

/** Fields that could carry a secret are cut out wherever they appear one level deep. */
export function makeLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log {
  const secrets = ['token', 'password', 'url', 'authorization', 'cookie', 'signature']
  return pino({ level, redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: '[redacted]' } }, pino.destination({ dest: 2, sync: false }))
}
