// The library's own parts of every app, by the seam that plugins use.
import { pageAlert } from "../actions/internal.ts"
import { liveStream } from "../live/internal.ts"
import type { Plugin } from "./plugin.ts"

/** Not in `app.plugins`, which lists what the application has chosen. */
export const builtIn: readonly Plugin[] = [
  {
    name: "nitro:live",
    setup: () => ({ pageEnd: liveStream }),
  },
  { name: "nitro:alert", setup: () => ({ pageEnd: pageAlert }) },
]
