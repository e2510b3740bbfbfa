// Every error code of this module.
import { registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_HIGHLIGHT_MISSING: {
    status: 500,
    when: "`highlight` was called, and the package that knows the languages is not installed.",
    fix: "Run `npm install highlight.js`.",
  },
})
