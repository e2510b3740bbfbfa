// Files that the app serves under `/_nitro/`: the browser client, the stylesheets and the kit's script, each under the hash of its content.
import { promisify } from "node:util"
import { gunzip, gzip } from "node:zlib"
import { hashes } from "./hashes.gen.ts"

/** A file that never changes under its hash: cache it forever when the request's `?v=` is the hash, by ETag otherwise. */
export interface ClientAsset {
  /** Content-Type, with charset. */
  readonly type: string
  /** First 12 hexadecimal digits of the content's SHA-256: the `?v=` of its address, and its ETag. */
  readonly hash: string
  /** The content; loaded at the first call, so that an app that serves its own files does not hold these. */
  readonly load: () => Promise<string>
  /** The same for readers that take gzip; packed once. */
  readonly loadGzip: () => Promise<Uint8Array<ArrayBuffer>>
}

type Name = keyof typeof hashes

function asset(
  name: Name,
  load: () => Promise<string>,
  loadGzip: () => Promise<Uint8Array<ArrayBuffer>>,
): [string, ClientAsset] {
  const type = name.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
  let packed: Promise<Uint8Array<ArrayBuffer>> | undefined
  const loadPacked = (): Promise<Uint8Array<ArrayBuffer>> => {
    packed ??= loadGzip()
    return packed
  }
  return [name, { type, hash: hashes[name], load, loadGzip: loadPacked }]
}

// Node's buffers of compressed bytes are never shared memory.
const pack = promisify(gzip) as (text: string) => Promise<Uint8Array<ArrayBuffer>>
const unpack = promisify(gunzip)

const plain = (name: Name, load: () => Promise<string>): [string, ClientAsset] =>
  asset(name, load, async () => pack(await load()))

function basecoat(
  name: Name,
  load: () => Promise<{ readonly packedCss: string }>,
): [string, ClientAsset] {
  const loadGzip = async (): Promise<Uint8Array<ArrayBuffer>> =>
    Uint8Array.from(Buffer.from((await load()).packedCss, "base64"))
  return asset(name, async () => (await unpack(await loadGzip())).toString(), loadGzip)
}

/** By the last segment of the path: `client.js` is served at `/_nitro/client.js`. */
export const clientAssets: ReadonlyMap<string, ClientAsset> = new Map<string, ClientAsset>([
  plain("client.js", async () => (await import("./script.gen.ts")).clientScript),
  // Loaded by client.js itself, on pages whose CSP forbids eval.
  plain("interpreter.js", async () => (await import("./script.gen.ts")).interpreterScript),
  // Loaded by client.js itself, on pages with live views.
  plain("streams.js", async () => (await import("./script.gen.ts")).streamsScript),
  plain("kit.css", async () => (await import("./kit.gen.ts")).kitCss),
  plain("kit.js", async () => (await import("./kit.gen.ts")).kitScript),
  plain("highlight.css", async () => (await import("./highlight.gen.ts")).highlightCss),
  basecoat("basecoat.css", () => import("./basecoat-vega.gen.ts")),
  basecoat("basecoat-luma.css", () => import("./basecoat-luma.gen.ts")),
  basecoat("basecoat-lyra.css", () => import("./basecoat-lyra.gen.ts")),
  basecoat("basecoat-maia.css", () => import("./basecoat-maia.gen.ts")),
  basecoat("basecoat-mira.css", () => import("./basecoat-mira.gen.ts")),
  basecoat("basecoat-nova.css", () => import("./basecoat-nova.gen.ts")),
  basecoat("basecoat-rhea.css", () => import("./basecoat-rhea.gen.ts")),
  basecoat("basecoat-sera.css", () => import("./basecoat-sera.gen.ts")),
])
