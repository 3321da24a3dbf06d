/** The certificate that the settings name, for the listener. */
import { readFileSync } from 'node:fs'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import type { TlsOptions } from '../http/listen.ts'

/** Nothing when there is none. The listener's start throws the system's error when it can't be read. */
export function tlsOf({ SLUICE_TLS_PORT: port, SLUICE_TLS_CERTIFICATE: cert, SLUICE_TLS_KEY: key }: Settings, log: Log): { tls?: TlsOptions } {
  if (cert === '') return {}
  const read = () => ({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') })
  return { tls: { port, read, onBadCertificate: (error) => log.error({ err: error }, 'the certificate could not be read again; the last one stays') } }
}
