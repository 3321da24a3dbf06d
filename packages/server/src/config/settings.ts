/** Every setting: name, kind, default, meaning. docs/settings.md is written from this; the environment is read nowhere else. */
import { boolean, bytes, choice, command, decimal, integer, list, origin, text } from './kinds.ts'

export const settings = {
  SLUICE_HTTP_PORT: integer(8080, { min: 0, max: 65535 }, 'Port to listen on; 0 takes a free one.'),
  SLUICE_HTTP_HOST: text('0.0.0.0', 'Address to listen on.'),
  SLUICE_PUBLIC_URL: origin("The site's address as viewers see it (https://video.example.org). When empty, answers use the address that the request came to."),
  SLUICE_DATA_DIR: text('./data', 'Where the embedded drivers keep everything.'),
  SLUICE_ROLES: list(['api', 'encoder', 'edge'], ['api', 'encoder', 'edge'], 'What this process does.'),
  SLUICE_LOG_LEVEL: choice('info', ['debug', 'info', 'warn', 'error', 'silent'], 'What is logged, as JSON lines on standard error.'),
  SLUICE_DOCUMENTS: choice('sqlite', ['sqlite'], 'Driver of the documents port.'),
  SLUICE_OBJECTS: choice('directory', ['directory'], 'Driver of the objects port.'),
  SLUICE_QUEUE: choice('sqlite', ['sqlite'], 'Driver of the queue port.'),
  SLUICE_SIGNALS: choice('process', ['process'], 'Driver of the signals port.'),
  SLUICE_CACHE: choice('memory', ['memory'], 'Driver of the cache port.'),
  SLUICE_SIGNUP: choice('open', ['open', 'closed'], 'Whether anybody may sign up. The first account always may, and is the administrator.'),
  SLUICE_SESSION_DAYS: integer(30, { min: 1, max: 365 }, 'How long a sign-in lasts.'),
  SLUICE_MAX_FILE_BYTES: bytes(100 * 2 ** 30, 'Largest file that may be uploaded.'),
  SLUICE_MAX_OPEN_UPLOADS: integer(20, { min: 1, max: 10_000 }, 'Open uploads per account.'),
  SLUICE_UPLOAD_EXPIRY_HOURS: integer(48, { min: 1, max: 720 }, 'An upload that is not completed by then is removed with its parts.'),
  SLUICE_PART_URL_MINUTES: integer(60, { min: 1, max: 1440 }, 'How long a signed part URL is good for.'),
  SLUICE_MAX_DURATION_HOURS: integer(12, { min: 1, max: 48 }, 'Longest video that is accepted.'),
  SLUICE_ENCODER_SLOTS: integer(1, { min: 1, max: 64 }, 'Bulk tasks at once. Openings and waiting viewers have an express slot beside them.'),
  SLUICE_ACCOUNT_VIDEOS_IN_WORK: integer(4, { min: 1, max: 1000 }, 'Videos of one account that are opened at once; half as many have their ladder made at once. Its others wait, so that they delay nobody else.'),
  SLUICE_ENCODER_PRESET: choice('veryfast', ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium'], 'x264 preset of new plans.'),
  SLUICE_LADDER_EAGER: choice('all', ['all', 'base'], 'What is encoded in full without a viewer asking: everything, or sound and pictures up to 480p. With `base` a higher one is made where somebody watches it.'),
  SLUICE_LADDER_FILL: choice('idle', ['idle', 'views'], 'With SLUICE_LADDER_EAGER=base, when a higher rendition is completed: when encoders have nothing else to do, or only once half of it was watched.'),
  SLUICE_UPGRADE: choice('never', ['never', 'always', 'popular'], 'Which videos also get AV1, listed when complete: none, all, or those whose saved egress is worth more than the encode (by the two prices below).'),
  SLUICE_EGRESS_PRICE_PER_GB: decimal(0.02, { min: 0, max: 1000 }, 'What a GB delivered costs, in the currency of SLUICE_CPU_PRICE_PER_HOUR.'),
  SLUICE_CPU_PRICE_PER_HOUR: decimal(0.04, { min: 0, max: 1000 }, 'What an hour of one processor core costs.'),
  SLUICE_VIDEO_ENCODER: choice('software', ['software', 'nvenc', 'vaapi', 'qsv'], 'What encodes the H.264 ladder of new videos. Hardware that does not work here is said in the log, and software takes its place.'),
  SLUICE_FFMPEG: text('ffmpeg', 'The ffmpeg program.'),
  SLUICE_WORK_DIR: text('', 'Where encoders keep what they work on, a few hundred MB a task; the temporary directory of the system when empty.'),
  SLUICE_SANDBOX: choice('auto', ['auto', 'off', 'required'], 'Whether ffmpeg runs in a sandbox (bubblewrap, Linux): where one works, never, or not at all without one.'),
  SLUICE_FFPROBE: text('ffprobe', 'The ffprobe program.'),
  SLUICE_TRANSCRIBE_COMMAND: command(
    'Program that turns speech into captions, run once for every ready video with sound and no captions in its language. {audio} is a WAV file (16 kHz, mono), {language} its language or auto; it writes WebVTT or SubRip to standard output. When empty, none are made.',
  ),
  SLUICE_EDGE_MEMORY_BYTES: bytes(256 * 2 ** 20, "The edge's segment cache."),
  SLUICE_RATE_LIMIT_PER_MINUTE: integer(1200, { min: 10, max: 1_000_000 }, 'API requests a minute and account (or address).'),
  SLUICE_SIGN_IN_ATTEMPTS_PER_MINUTE: integer(10, { min: 1, max: 10_000 }, 'Sign-ins and sign-ups a minute and address.'),
  SLUICE_TRUSTED_PROXIES: text('loopback', 'Proxies whose X-Forwarded-For is believed: addresses, CIDR ranges or loopback, linklocal, uniquelocal, by commas; empty for none.'),
  SLUICE_SWEEP_GRACE_MINUTES: integer(1440, { min: 0, max: 10_080 }, 'Age from which an object that nothing refers to is removed.'),
  SLUICE_TEST_FAST_DUE: boolean(false, 'For tests: unfinished work is looked at again after seconds instead of minutes.'),
} as const

/** The parsed settings, by name. */
export type Settings = { [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['parse']> }
