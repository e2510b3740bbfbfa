// Where Chromium is and the flags it needs as root on a closed network.
import { findChromium } from "../../scripts/support/places.mjs"

/** Path of the Chromium that `scripts/services` found or installed. Throws with what to do when there is none. */
export function chromiumPath(): string {
  const found = findChromium()
  if (!found)
    throw new Error(
      "No Chromium found. Run ./scripts/services, or set NITRO_CHROMIUM to the path of one.",
    )
  return found
}

export const chromiumArgs: string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]
