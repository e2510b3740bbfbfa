// Every error code of this module.
import { registerErrors } from "../../shared/errors.ts"

registerErrors({
  NITRO_OPENAPI: {
    status: 500,
    when: "An option of `openapi()` has an invalid value: an empty title, a path that does not begin with a slash, a security scheme without a type.",
    fix: "Write the option as the message says.",
  },
  NITRO_OPENAPI_DOCS: {
    status: 500,
    when: "`openapi({ docs })` needs the package swagger-ui-dist, which is not installed.",
    fix: "Run `npm install swagger-ui-dist`, or leave `docs` out.",
  },
})
