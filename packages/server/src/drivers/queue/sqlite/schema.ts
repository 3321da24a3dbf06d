/** The queue file's schema: tasks that are ready, tasks that wait for a moment (a delay's or a lease's end), dead letters. */
import type { Schema } from '../../sqlite-thread/open-database.ts'

/**
 * NORMAL: the queue is a hint, so a power cut may lose its last moments. `waits_until` is null for a ready task.
 * A lease's token stays when it ran out, until the task is handed out again: a late worker may still finish.
 */
export const queueSchema: Schema = {
  synchronous: 'NORMAL',
  steps: [
    `CREATE TABLE tasks (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       priority INTEGER NOT NULL, video_id TEXT NOT NULL, body TEXT NOT NULL,
       enqueued_at INTEGER NOT NULL, waits_until INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
       token TEXT, reason TEXT
     );
     CREATE INDEX ready_tasks ON tasks (priority, id) WHERE waits_until IS NULL;
     CREATE INDEX waiting_tasks ON tasks (waits_until) WHERE waits_until IS NOT NULL;
     CREATE TABLE dead_letters (
       id INTEGER PRIMARY KEY, video_id TEXT NOT NULL, body TEXT NOT NULL,
       attempts INTEGER NOT NULL, reason TEXT NOT NULL, buried_at INTEGER NOT NULL
     );
     CREATE INDEX dead_letters_by_age ON dead_letters (buried_at, id);`,
  ],
}
