/** Where the browser can open a file again after a reload (File System Access), its handle is kept; elsewhere all of this is absent. */

/** The parts of the File System Access API that TypeScript's DOM library leaves out. */
export type FileHandle = FileSystemFileHandle & {
  queryPermission?: (options: { mode: 'read' }) => Promise<PermissionState>
  requestPermission?: (options: { mode: 'read' }) => Promise<PermissionState>
}

const storeName = 'handles'

/** Keeps the handle of an upload's file. A browser that can't is no failure: the file is asked for again then. */
export async function keepHandle(videoId: string, handle: FileHandle): Promise<void> {
  await run('readwrite', (store) => store.put(handle, videoId)).catch(() => undefined)
}

export async function forgetHandle(videoId: string): Promise<void> {
  await run('readwrite', (store) => store.delete(videoId)).catch(() => undefined)
}

export async function findHandle(videoId: string): Promise<FileHandle | undefined> {
  return (await run('readonly', (store) => store.get(videoId)).catch(() => undefined)) as FileHandle | undefined
}

/** The file, after asking the person if the browser wants that (so: from a click). Undefined when refused or gone. */
export async function openHandle(handle: FileHandle): Promise<File | undefined> {
  try {
    const permission = (await handle.queryPermission?.({ mode: 'read' })) ?? 'granted'
    if (permission !== 'granted' && (await handle.requestPermission?.({ mode: 'read' })) !== 'granted') return undefined
    return await handle.getFile()
  } catch {
    return undefined
  }
}

function run(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sluice', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const database = opening.result
      const request = work(database.transaction(storeName, mode).objectStore(storeName))
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
      request.transaction!.oncomplete = () => database.close()
    }
  })
}
