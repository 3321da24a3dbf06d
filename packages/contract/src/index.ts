/** The wire contract: schemas and error codes. The browser may import it (types cost nothing). */
export * from './audience.ts'
export * from './errors.ts'
export * from './schemas.ts'
