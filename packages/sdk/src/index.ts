/** The Sluice SDK: a typed client and a resumable uploader. Runs in browsers and in Node; what only Node has is in `@sluice/sdk/node`. */
export { createClient, type CallOptions, type Client, type ClientOptions, type CreateOptions } from './client.ts'
export { SluiceError, type SluiceErrorCode } from './error.ts'
export { blobSource } from './uploader/blob-source.ts'
export { createUpload } from './uploader/create-upload.ts'
export { openLocalResumeStore } from './uploader/local-storage.ts'
export type { ResumeRecord, ResumeStore } from './uploader/resume-store.ts'
export { SourceChanged, SourceUnreadable, type PartAnswer, type PartRequest, type Span, type UploadSource } from './uploader/source.ts'
export { UploadCancelled, type Upload, type UploadOptions, type UploadPhase, type UploadSnapshot } from './uploader/types.ts'
