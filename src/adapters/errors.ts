// Every error code of this module.
import { registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_ASSET_FOLDER: {
    status: 500,
    when: "`assets({ directory })` names a folder that does not exist.",
    fix: 'Create the folder, or name it by a URL: assets({ directory: new URL("./public", import.meta.url) }).',
  },
  NITRO_ASSET_UNKNOWN: {
    status: 500,
    when: "A page needs the address of a file that its folder of assets does not have, or that may not be served.",
    fix: "Name a file of the folder, relative to it. Hidden files and links that lead out of the folder are not served.",
  },
  NITRO_PORT_TAKEN: {
    status: 500,
    when: "`serve` cannot listen because another program holds the port.",
    fix: "End the other program, or choose another port: serve(app, { port: 3001 }) or PORT=3001.",
  },
})
