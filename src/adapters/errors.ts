// Every error code of this module.
import { registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_PORT_TAKEN: {
    status: 500,
    when: "`serve` cannot listen because another program holds the port.",
    fix: "End the other program, or choose another port: serve(app, { port: 3001 }) or PORT=3001.",
  },
})
