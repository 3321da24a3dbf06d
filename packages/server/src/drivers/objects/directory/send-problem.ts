/** How the driver's HTTP answers report an error. http/ renders it; a driver does not import http/, so it is handed over. */
import type { ServerResponse } from 'node:http'
import type { PartRefusal } from './receive-part.ts'

export type DirectoryProblem = PartRefusal | 'part_url_invalid' | 'part_url_expired' | 'upload_not_found' | 'not_found' | 'forbidden' | 'unavailable'

/** Headers that were set before are kept. After the head was sent it ends the connection. */
export type SendProblem = (response: ServerResponse, code: DirectoryProblem, options?: { detail?: string }) => void
