/** What the SDK has for Node only: files on disk as upload sources, and a resume store in a directory. */
export { fileSource } from './uploader/node-file.ts'
export { openFileResumeStore } from './uploader/node-store.ts'
