// Delays an expression in the page, with the timer kept in a signal.
import type { Expression as Brand } from "../shared/expression.ts"
import { EffectNode, statements } from "./expression.ts"
import type { Effect, Operand } from "./expression-types.ts"
import { literal } from "./literal.ts"
import { signalPath } from "./signal.ts"

/** Runs the effects after a delay, and starts the wait again each time: a debounce. */
export function resetTimeout(
  timer: Brand,
  delayMs: Operand<number>,
  ...effects: readonly Brand[]
): Effect {
  const name = `$${signalPath(timer)}`
  return new EffectNode(
    `clearTimeout(${name}); ${name} = setTimeout(() => { ${statements(effects)} }, ${literal(delayMs, "The delay")})`,
    "statement",
  )
}

/** Forgets what `resetTimeout` has planned. */
export function stopTimeout(timer: Brand): Effect {
  return new EffectNode(`clearTimeout($${signalPath(timer)})`, "primary")
}
