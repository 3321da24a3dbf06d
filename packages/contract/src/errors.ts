/** Every error code of the HTTP API: stable, with its status and the sentence a person reads. RFC 9457 problem details. */

/** status · title. `type` of a problem is `about:blank`; `code` is what programs compare. */
export const problems = {
  bad_request: [400, 'The request is not of the documented form'],
  unauthorized: [401, 'Sign in first'],
  wrong_credentials: [401, 'Handle or password is wrong'],
  csrf_refused: [403, 'The request did not come from this site'],
  forbidden: [403, 'This account may not do that'],
  signup_closed: [403, 'Sign-up is closed here'],
  not_found: [404, 'There is nothing here, or nothing that this account may see'],
  upload_not_found: [404, 'No such upload of this account'],
  video_not_found: [404, 'No such video, or none that this account may see'],
  handle_taken: [409, 'The handle is taken'],
  idempotency_conflict: [409, 'The Idempotency-Key was used for another request'],
  upload_finished: [409, 'The upload was completed already, with these or other parts'],
  upload_aborted: [409, 'The upload was aborted'],
  upload_expired: [410, 'The upload expired and its parts were removed'],
  parts_missing: [409, 'Some parts have not been uploaded'],
  part_mismatch: [409, 'A part is not the one that the store has'],
  size_mismatch: [409, 'The parts do not add up to the declared size'],
  captions_invalid: [422, 'The text is neither WebVTT nor SubRip, or breaks their rules'],
  too_many_captions: [409, 'The video has as many captions as it may have'],
  caption_not_found: [404, 'The video has no such captions'],
  poster_not_found: [404, 'The video has no such picture to choose'],
  not_playable_yet: [409, 'The video is not playable yet'],
  download_not_allowed: [403, 'The owner did not allow downloads of this video'],
  not_failed: [409, 'Only a video that failed can be tried again'],
  video_failed: [409, 'The video could not be made playable'],
  file_empty: [422, 'The file is empty'],
  file_too_large: [413, 'The file is larger than allowed here'],
  too_many_uploads: [429, 'Too many open uploads: finish or abort one first'],
  part_out_of_range: [422, 'No such part of this upload'],
  rate_limited: [429, 'Too many requests: slow down'],
  payload_too_large: [413, 'The request body is too large'],
  part_url_invalid: [403, 'The part URL is not one that we signed'],
  part_url_expired: [410, 'The part URL expired: ask for another'],
  part_too_large: [413, 'The part is larger than declared'],
  part_too_small: [422, 'The part is shorter than declared'],
  part_checksum_mismatch: [422, 'The bytes do not have the declared checksum'],
  token_malformed: [400, 'The playback token is malformed'],
  token_wrong: [403, 'The playback token does not open this'],
  token_expired: [410, 'The playback token expired'],
  segment_not_ready: [503, 'The segment is being made'],
  unavailable: [503, 'Something that this needs is not reachable: try again'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof problems

/** The body of every error answer, as application/problem+json. */
export type Problem = {
  type: 'about:blank'
  title: string
  status: number
  code: ProblemCode
  /** What exactly is wrong with this request. */
  detail?: string
  /** Further members by code: `missingParts`, `limit`, `retryAfterSeconds`… */
  [member: string]: unknown
}

/** Why a video failed or carries a warning: codes in `failure.code` and `warnings[].code`. */
export const mediaFailures = {
  not_media: 'This file is not a video or audio file that we can read.',
  no_streams: 'The file has neither picture nor sound.',
  truncated: 'The file ends too early: the upload or the recording was cut short.',
  damaged: 'The file is damaged: nothing in it could be decoded.',
  limits: 'The file is beyond what this installation accepts.',
  unsupported: 'The file uses a format that this installation cannot decode.',
  encode_failed: 'The video could not be encoded, after several attempts.',
  source_missing: 'The uploaded file is no longer in the store.',
} as const

export type MediaFailureCode = keyof typeof mediaFailures
