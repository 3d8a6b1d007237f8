/** How long, in the two largest units that say something. */

/** `0.19 ms`, `250 ms`, `1.84 s`, `24 s`, `1 m 58 s`, `3 h 05 m`, `3 d 04 h`. */
export function duration(ms: number): string {
  const size = Math.abs(ms)
  if (size < 10) return `${trimmed(size, 2)} ms`
  if (size < 1_000) return `${Math.round(size)} ms`
  if (size < 10_000) return `${trimmed(size / 1_000, 2)} s`
  const s = Math.floor(size / 1_000)
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} m ${pad(s % 60)} s`
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${pad(Math.floor((s % 3_600) / 60))} m`
  return `${Math.floor(s / 86_400)} d ${pad(Math.floor((s % 86_400) / 3_600))} h`
}

function trimmed(value: number, decimals = 1): string {
  return Number(value.toFixed(decimals)).toLocaleString('en-US', { maximumFractionDigits: decimals })
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
