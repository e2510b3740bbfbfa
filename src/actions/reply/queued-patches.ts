// Patches that go to the page besides what an action returns: a store of the browser queues them, for example.
import type { SseText } from "../../datastar/index.ts"
import { context, currentRequest } from "../context/request-context.ts"

const key: unique symbol = Symbol("nitro.patches")

/**
 * Adds a patch to the response of this request, behind what its action returns: `queuePatch(patchSignals({ unread: 3 }))`. It
 * reaches the page's script alone, and is dropped if the action fails. @throws NITRO_NO_REQUEST outside of a request
 */
export function queuePatch(patch: SseText): void {
  const { extras } = context()
  // Set by this file alone.
  const patches = extras.get(key) as SseText[] | undefined
  if (patches === undefined) extras.set(key, [patch])
  else patches.push(patch)
}

/** The queued patches as text, which are queued no more. */
export function takePatches(): string {
  const extras = currentRequest()?.extras
  // Set by this file alone.
  const patches = extras?.get(key) as SseText[] | undefined
  if (patches === undefined) return ""
  extras?.delete(key)
  return patches.map(String).join("")
}
