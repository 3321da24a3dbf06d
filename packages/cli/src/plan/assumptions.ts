/** Everything that the plan assumes, with where it comes from: each may be given as `--NAME VALUE`. */

export type Assumption = { default: number; unit: string; source: string }

/** Prices are public list prices in US dollars of 2025 (us-east-1): an order of magnitude, to be replaced by one's own. */
export const assumptions = {
  'uploads-per-day': { default: 10_000, unit: 'uploads', source: 'to be given' },
  minutes: { default: 5, unit: 'min', source: 'average length of an upload; to be given' },
  'source-mbps': { default: 8, unit: 'Mbit/s', source: 'what telephones write at 1080p30' },
  'views-per-upload': { default: 20, unit: 'views', source: 'in all its life; to be given' },
  'watched-share': { default: 0.4, unit: '', source: 'mean share of a video that a view lasts (bench/stage/audience.ts)' },
  'viewer-mbps': { default: 2.5, unit: 'Mbit/s', source: 'mean of what players fetch: between 480p and 720p' },
  'av1-share': { default: 0, unit: '', source: 'share of videos that get the AV1 tier (SLUICE_UPGRADE)' },
  'lazy-watched': { default: 0.1, unit: '', source: 'with --policy base: share of the higher renditions that viewers have made (npm run bench -- lazy-ladder)' },
  'peak-factor': { default: 1.6, unit: '', source: 'busiest hour over the mean of the day; sites in one time zone have 1.5 to 2' },
  utilisation: { default: 0.85, unit: '', source: 'busy share of encoders in the busiest hour; the fleet bench keeps openings under 5 s there' },
  'core-use': { default: 0.8, unit: '', source: "share of an encoder's cores that does what is counted here; run-ups, waiting tasks and what is made twice take the rest (npm run bench -- fleet)" },
  'side-work': { default: 20, unit: 'CPU s', source: 'of a video: samples, quality, posters, storyboard, first segments for its viewers (npm run bench -- fleet)' },
  'edge-hit-rate': { default: 0.95, unit: '', source: 'of segment requests, answered by CDN or edge without asking storage' },
  'core-hour-price': { default: 0.04, unit: '$', source: 'a core for an hour on demand (SLUICE_CPU_PRICE_PER_HOUR)' },
  'storage-price': { default: 0.023, unit: '$ per GB and month', source: 'S3 Standard, first 50 TB' },
  'put-price': { default: 0.005, unit: '$ per 1000', source: 'S3 Standard, PUT, POST, LIST' },
  'get-price': { default: 0.0004, unit: '$ per 1000', source: 'S3 Standard, GET' },
  'egress-price': { default: 0.02, unit: '$ per GB', source: 'CDN list price of large volumes (SLUICE_EGRESS_PRICE_PER_GB)' },
} satisfies Record<string, Assumption>

export type AssumptionName = keyof typeof assumptions
export type Assumed = Record<AssumptionName, number>
