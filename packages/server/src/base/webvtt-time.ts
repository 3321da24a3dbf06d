/** WebVTT time stamps (W3C WebVTT §4.1): `01:02:03.004`. */

export function webvttTime(seconds: number): string {
  const total = Math.round(seconds * 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const wholeSeconds = Math.floor(total / 1000)
  return `${two(Math.floor(wholeSeconds / 3600))}:${two(Math.floor(wholeSeconds / 60) % 60)}:${two(wholeSeconds % 60)}.${String(total % 1000).padStart(3, '0')}`
}
