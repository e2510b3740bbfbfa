// Round numbers for the axis of a chart.

/** Where the lines of an axis stand, in ascending order and at equal distances. The first and the last are its ends. */
export type Ticks = readonly number[]

/** The lowest and the highest tick. */
export function endsOf(ticks: Ticks): [low: number, high: number] {
  return [ticks[0] ?? 0, ticks.at(-1) ?? 1]
}

/** Beyond this nothing can be drawn: the distance between two values must be a number as well. */
export const maxMagnitude = 1e300

/**
 * About `count` round numbers that span `low` to `high`: steps of 1, 2 or 5 times a power of ten. Where the values do not
 * differ, the axis reaches to zero.
 */
export function niceTicks(low: number, high: number, count = 5): Ticks {
  const [from, to] = apart(low, high)
  const step = niceStep((to - from) / count)
  const first = Math.floor(from / step + 1e-9)
  const last = Math.ceil(to / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => exact((first + index) * step))
}

function apart(low: number, high: number): [low: number, high: number] {
  const size = Math.max(Math.abs(low), Math.abs(high))
  // Closer than a chart can show, or than numbers of this size can be distinguished.
  if (high - low > size * 1e-9 && size > 1e-290) return [low, high]
  return size > 1e-290 ? [Math.min(0, low), Math.max(0, high)] : [0, 1]
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const times = rough / power
  // The geometric means between 1, 2, 5 and 10.
  return (
    power * (times >= Math.sqrt(50) ? 10 : times >= Math.sqrt(10) ? 5 : times >= Math.SQRT2 ? 2 : 1)
  )
}

/** `0.30000000000000004` as `0.3`, and no `-0`. */
const exact = (value: number): number => Number(value.toPrecision(12)) + 0
