// What the app serves under `/_nitro/`: the browser client, the stylesheets and the kit's script, each known by the hash of its content.
import { basecoatHash, clientHash, interpreterHash, kitScriptHash, kitStyleHash } from "./hashes.gen.ts"

/** A file that never changes under its hash: cache it forever when the request's `?v=` is the hash, by ETag otherwise. */
export interface ClientAsset {
  /** Content-Type, with charset. */
  readonly type: string
  /** First 12 hexadecimal digits of the content's SHA-256: the `?v=` of its address, and its ETag. */
  readonly hash: string
  /** The content; loaded at the first call, so that an app that serves its own files does not hold these. */
  readonly load: () => Promise<string>
}

/** By the last segment of the path: `client.js` is served at `/_nitro/client.js`. */
export const clientAssets: ReadonlyMap<string, ClientAsset> = new Map<string, ClientAsset>([
  [
    "client.js",
    {
      type: "text/javascript; charset=utf-8",
      hash: clientHash,
      load: async () => (await import("./script.gen.ts")).clientScript,
    },
  ],
  [
    // Loaded by client.js itself, on pages whose CSP forbids eval.
    "interpreter.js",
    {
      type: "text/javascript; charset=utf-8",
      hash: interpreterHash,
      load: async () => (await import("./script.gen.ts")).interpreterScript,
    },
  ],
  [
    "basecoat.css",
    {
      type: "text/css; charset=utf-8",
      hash: basecoatHash,
      load: async () => (await import("./basecoat.gen.ts")).basecoatCss,
    },
  ],
  [
    "kit.css",
    {
      type: "text/css; charset=utf-8",
      hash: kitStyleHash,
      load: async () => (await import("./kit.gen.ts")).kitCss,
    },
  ],
  [
    "kit.js",
    {
      type: "text/javascript; charset=utf-8",
      hash: kitScriptHash,
      load: async () => (await import("./kit.gen.ts")).kitScript,
    },
  ],
])
