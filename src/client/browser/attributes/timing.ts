// The modifiers that decide when a callback runs: delay, debounce, throttle, viewtransition.
import { type Modifiers, milliseconds } from "../names.ts"

type Callback<A extends unknown[]> = (...args: A) => void

/** One timer serves debounce (restarted by each call) and throttle (not restarted). */
function limit<A extends unknown[]>(
  callback: Callback<A>,
  waitMs: number,
  leading: boolean,
  trailing: boolean,
  restarts: boolean,
): Callback<A> {
  let timer: number | undefined
  let last: A | undefined
  return (...args) => {
    if (leading && timer === undefined) callback(...args)
    else last = args
    if (timer !== undefined && !restarts) return
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      timer = undefined
      if (trailing && last) callback(...last)
      last = undefined
    }, waitMs)
  }
}

export function withTiming<A extends unknown[]>(
  callback: Callback<A>,
  modifiers: Modifiers,
): Callback<A> {
  let result = callback
  const delay = modifiers.get("delay")
  if (delay) result = (...args) => void setTimeout(() => callback(...args), milliseconds(delay))
  const debounce = modifiers.get("debounce")
  if (debounce)
    result = limit(
      result,
      milliseconds(debounce),
      debounce.has("leading"),
      !debounce.has("notrailing"),
      true,
    )
  const throttle = modifiers.get("throttle")
  if (throttle)
    result = limit(
      result,
      milliseconds(throttle),
      !throttle.has("noleading"),
      throttle.has("trailing"),
      false,
    )
  return result
}

export function withViewTransition<A extends unknown[]>(
  callback: Callback<A>,
  modifiers: Modifiers,
): Callback<A> {
  if (!modifiers.has("viewtransition") || !document.startViewTransition) return callback
  return (...args) => void document.startViewTransition(() => callback(...args))
}
