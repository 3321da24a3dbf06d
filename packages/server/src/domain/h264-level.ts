/** H.264 levels: ITU-T H.264 (08/2021) Table A-1. Pure. */

/** level, MaxMBPS, MaxFS, MaxDpbMbs, and MaxBR in kbit/s (of the High profile: 1.25 times the table's). */
const levels: readonly (readonly [string, number, number, number, number])[] = [
  ['1.3', 11_880, 396, 2_376, 960],
  ['2.1', 19_800, 792, 4_752, 5_000],
  ['2.2', 20_250, 1_620, 8_100, 5_000],
  ['3.0', 40_500, 1_620, 8_100, 12_500],
  ['3.1', 108_000, 3_600, 18_000, 17_500],
  ['3.2', 216_000, 5_120, 20_480, 25_000],
  ['4.0', 245_760, 8_192, 32_768, 25_000],
  ['4.2', 522_240, 8_704, 34_816, 62_500],
  ['5.0', 589_824, 22_080, 110_400, 168_750],
  ['5.1', 983_040, 36_864, 184_320, 300_000],
  ['5.2', 2_073_600, 36_864, 184_320, 300_000],
]

/** What x264's presets up to medium keep for reference (3, and one of a B pyramid). */
const referenceFrames = 4

/** Macroblocks of 16 × 16 in a frame. */
export const macroblocks = (width: number, height: number): number => Math.ceil(width / 16) * Math.ceil(height / 16)

/** The lowest level that takes the size, the rate, four reference frames and the cap. The highest where none does. */
export function levelOf(width: number, height: number, framesPerSecond: number, bitsPerSecond: number): string {
  const frame = macroblocks(width, height)
  const longest = Math.ceil(Math.max(width, height) / 16)
  const level = levels.find(
    ([, perSecond, perFrame, buffer, kilobits]) =>
      frame * framesPerSecond <= perSecond && frame <= perFrame && longest <= Math.sqrt(perFrame * 8) &&
      frame * referenceFrames <= buffer && bitsPerSecond <= kilobits * 1000,
  )
  return (level ?? levels.at(-1)!)[0]
}
