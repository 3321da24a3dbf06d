/** A browser's File or Blob as an upload source: XHR where there is one, because fetch tells nothing of bytes on their way. */
import { retryAfterOf } from '../error.ts'
import { lengthOf } from './parts.ts'
import { SourceUnreadable, type PartAnswer, type PartRequest, type Span, type UploadSource } from './source.ts'

/** Larger parts are not hashed: WebCrypto wants the whole part in memory. */
const largestHashedBytes = 64 * 2 ** 20

/** A source of a File (or of a Blob, with a name). The browser reads it by slices; nothing holds the file in memory. */
export function blobSource(blob: Blob & { name?: string; lastModified?: number }, options: { name?: string } = {}): UploadSource {
  const name = options.name ?? blob.name ?? 'upload'
  const source: UploadSource = {
    name,
    sizeBytes: blob.size,
    mediaType: blob.type || undefined,
    fingerprint: JSON.stringify([name, blob.size, blob.lastModified ?? 0]),
    put: (request) => {
      const body = blob.slice(request.span.from, request.span.to)
      return typeof XMLHttpRequest === 'undefined' ? putByFetch(request, body) : putByXhr(request, body)
    },
    // A browser says the same of a file that was changed and of one on a share that is away: neither is known to be changed.
    check: async () => void (await read({ from: 0, to: 1 })),
  }
  // crypto.subtle exists only on https and localhost.
  if (globalThis.crypto?.subtle) {
    source.sha256 = async (span) => {
      if (lengthOf(span) > largestHashedBytes) throw new RangeError('The part is too large to be hashed in memory')
      return base64(new Uint8Array(await crypto.subtle.digest('SHA-256', await read(span))))
    }
  }
  return source

  async function read({ from, to }: Span): Promise<ArrayBuffer> {
    try {
      return await blob.slice(from, to).arrayBuffer()
    } catch (error) {
      throw new SourceUnreadable(`${name} can't be read: it may have been changed, moved or removed`, { cause: error })
    }
  }
}

function putByXhr({ url, headers, signal, onSent }: PartRequest, body: Blob): Promise<PartAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    signal.addEventListener('abort', abort, { once: true })
    xhr.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.onprogress = (event) => onSent(event.loaded)
    xhr.onload = () =>
      resolve({
        status: xhr.status,
        etag: xhr.getResponseHeader('etag') ?? undefined,
        retryAfterSeconds: retryAfterOf(xhr.getResponseHeader('retry-after')),
      })
    xhr.onerror = () => reject(new TypeError('The store could not be reached'))
    xhr.onabort = () => reject(signal.reason)
    xhr.onloadend = () => signal.removeEventListener('abort', abort)
    onSent(0)
    xhr.send(body)
  })
}

async function putByFetch({ url, headers, signal }: PartRequest, body: Blob): Promise<PartAnswer> {
  const response = await fetch(url, { method: 'PUT', headers, body, signal })
  await response.body?.cancel()
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? undefined,
    retryAfterSeconds: retryAfterOf(response.headers.get('retry-after')),
  }
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
