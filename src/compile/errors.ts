// The error codes of the compile pass.
import { type ErrorEntry, registerErrors } from "../shared/errors.ts"

export type CompileErrorCode = "NITRO_COMPILE_PACKAGE"

registerErrors<Record<CompileErrorCode, ErrorEntry>>({
  NITRO_COMPILE_PACKAGE: {
    status: 500,
    when: "The compile pass needs a package that is not installed.",
    fix: "Install it as a development dependency: `npm install --save-dev oxc-parser magic-string`.",
  },
})
