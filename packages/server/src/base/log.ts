/** The log's shape. roles/ makes one with pino; everything else is handed it. */

/** Fields first, then the message. Never a token, a password or a signed URL among the fields. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(bindings: object): Log
}
