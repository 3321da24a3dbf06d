/** What the event loop and a SQLite worker thread say to each other. */

export type Asked<Request> = { id: number; request: Request }

/** Requests of one tick travel together: a message costs more than a small write. */
export type ToThread<Request> = { asked: Asked<Request>[] } | { close: true }

export type Answer = { id: number } & ({ value: unknown } | { conflict: string } | { unavailable: string })

export type FromThread = { ready: true } | { failed: string } | { answers: Answer[] }
