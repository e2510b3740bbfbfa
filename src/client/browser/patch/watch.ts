// Applies the server's patches in the order of their events; a bad one is reported and skipped.
import { ClientError, describe, report } from "../errors.ts"
import type { FetchDetail } from "../fetch/events.ts"
import { isPlain, mergePatch } from "../store.ts"
import { patchElements, toElementsPatch } from "./elements.ts"

let last: Promise<void> | undefined

/** Resolves when the patches received so far are in the page. */
export function patchesSettled(): Promise<void> {
  return last ?? Promise.resolve()
}

function patchSignals({
  signals = "{}",
  onlyIfMissing = "",
}: Readonly<Record<string, string>>): void {
  // JSON only: data from the server is never evaluated.
  const patch: unknown = JSON.parse(signals)
  if (!isPlain(patch)) throw new ClientError("PATCH", "a signal patch is a JSON object")
  mergePatch(patch, onlyIfMissing.trim() === "true")
}

function handle({ type, argsRaw }: FetchDetail): Promise<void> | undefined {
  if (type === "datastar-patch-elements") return patchElements(toElementsPatch(argsRaw))
  if (type === "datastar-patch-signals") patchSignals(argsRaw)
  return undefined
}

/** Starts listening; each call of the result stops it. */
export function watchPatches(): void {
  document.addEventListener("datastar-fetch", ({ detail }) => {
    if (!detail.type.startsWith("datastar-")) return
    const attempt = (): Promise<void> | undefined => {
      const failed = (error: unknown): void =>
        report("PATCH", `${detail.type} for ${describe(detail.el)}`, error)
      try {
        return handle(detail)?.catch(failed)
      } catch (error) {
        failed(error)
        return undefined
      }
    }
    // While a view transition is taking its picture, later patches wait for it.
    const running = last ? last.then(attempt) : attempt()
    if (!running) return
    const settled: Promise<void> = running.then(() => {
      if (last === settled) last = undefined
    })
    last = settled
  })
}
