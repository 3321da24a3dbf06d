/** The documents file's schema. TEXT keys compare by their UTF-8 bytes (BINARY collation), as the port's order asks. */
import type { Schema } from '../../sqlite-thread/open-database.ts'

export const documentsSchema: Schema = {
  synchronous: 'FULL',
  steps: [
    `CREATE TABLE documents (
       tbl TEXT NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL,
       value TEXT NOT NULL, version TEXT NOT NULL, expires_at INTEGER,
       PRIMARY KEY (tbl, pk, sk)
     ) WITHOUT ROWID;
     CREATE INDEX documents_by_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;`,
  ],
}
