// `assets({ directory: "public" })`: a folder of files under addresses that name their content.

import { createHash } from "node:crypto"
import {
  closeSync,
  createReadStream,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs"
import { join, resolve, sep } from "node:path"
import { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { currentRequest } from "../actions/index.ts"
import { NitroError } from "../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../shared/options.ts"
import { reportError } from "../shared/report.ts"
import { suggest } from "../shared/suggest.ts"
import { codeOf } from "../shared/thrown.ts"
import "./errors.ts"
import { fileResponse } from "./file.ts"
import type { ByteRange } from "./range.ts"

export interface AssetFolderOptions {
  /** Relative to the working directory, or a file URL: `new URL("./public", import.meta.url)`. */
  readonly directory: string | URL
  /** Where the files are served, below the base path of the app. Default `"/assets"`. */
  readonly path?: string
  /** Looks for changes of a file at each request for it. Default true unless `NODE_ENV` is `production`. */
  readonly watch?: boolean
}

const assetOptions = optionNames<AssetFolderOptions>({ directory: true, path: true, watch: true })

/** For `Page({ styles })`. */
export type StyleAttributes = { readonly href: string; readonly integrity: string }
/** For `Page({ scripts })`. */
export type ScriptAttributes = {
  readonly type: "module"
  readonly src: string
  readonly integrity: string
}

interface FileEntry {
  /** With every link followed: inside the folder. */
  readonly file: string
  readonly stats: Stats
}

interface HashedFile extends FileEntry {
  readonly hash: string
  readonly integrity: string
  /** Undefined for files that are too large to be kept. */
  readonly content: Uint8Array<ArrayBuffer> | undefined
  gzip?: Promise<Uint8Array<ArrayBuffer>>
}

const maxKeptBytes = 1024 * 1024
// Node's buffers of compressed bytes are never shared memory.
const pack = promisify(gzip) as (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>

/** The files of a folder, as pages name them and as the app serves them. */
export class AssetFolder {
  /** Without a slash at the end. */
  readonly path: string
  readonly #root: string
  readonly #watches: boolean
  readonly #files = new Map<string, HashedFile>()

  constructor(options: AssetFolderOptions) {
    refuseUnknownOptions("assets({ … })", options, assetOptions)
    const {
      directory,
      path = "/assets",
      watch = process.env["NODE_ENV"] !== "production",
    } = options
    const folder = directory instanceof URL ? fileURLToPath(directory) : resolve(directory)
    const stats = statSync(folder, { throwIfNoEntry: false })
    if (!stats?.isDirectory())
      throw new NitroError(
        "NITRO_ASSET_FOLDER",
        `The folder of assets ${folder} ${stats ? "is a file" : "does not exist"}.`,
      )
    this.path = `/${path.replace(/^\/+|\/+$/g, "")}`
    this.#root = realpathSync(folder)
    this.#watches = watch
  }

  /**
   * The address of a file, `"css/app.css"`, with the hash of its content: `/assets/css/app.3f29ab01c2d4.css`. It may be
   * cached for good. In an app with a base path call it while a page renders: before that, the base path is not known. @throws NITRO_ASSET_UNKNOWN when there is no such file.
   */
  url(name: string): string {
    const { hash } = this.#require(name)
    const at = name.lastIndexOf(".")
    const hashed =
      at > name.lastIndexOf("/") + 1
        ? `${name.slice(0, at)}.${hash}${name.slice(at)}`
        : `${name}.${hash}`
    return `${currentRequest()?.basePath ?? ""}${this.path}/${hashed.split("/").map(encodeURIComponent).join("/")}`
  }

  /** For `Page({ styles: [files.style("app.css")] })`: the address, and the hash that the browser compares the content with. */
  style(name: string): StyleAttributes {
    return { href: this.url(name), integrity: this.#require(name).integrity }
  }

  /** For `Page({ scripts: [files.script("app.js")] })`. A module, as all scripts of a page. */
  script(name: string): ScriptAttributes {
    return { type: "module", src: this.url(name), integrity: this.#require(name).integrity }
  }

  /** Sends the file that `path` names; undefined where there is none, so that other routes may have it. `nitro({ assets })` calls it. */
  respond(request: Request, path: string): Promise<Response> | undefined {
    const sent = decode(path.slice(this.path.length + 1))
    if (sent === undefined) return undefined
    const [, start = "", hash = "", end = ""] = /^(.*)\.([0-9a-f]{12})(\.[^./]+)?$/.exec(sent) ?? []
    const whole = this.#hashed(sent)
    const file = whole ?? (hash === "" ? undefined : this.#hashed(start + end))
    if (!file) return undefined
    const name = whole ? sent : start + end
    const { content, stats } = file
    return fileResponse(request, {
      type: typeOf(name),
      hash: file.hash,
      // A request for a version that is gone gets today's, and must not keep it for good.
      isImmutable: !whole && hash === file.hash,
      encodings: this.#encodings(name, file),
      load: range =>
        content ?? streamOf(file.file, range ?? { start: 0, end: Math.max(0, stats.size - 1) }),
      size: stats.size,
    })
  }

  #require(name: string): HashedFile {
    const file = this.#hashed(name)
    if (file) return file
    const names = readdirSync(this.#root, { recursive: true, withFileTypes: true })
      .filter(entry => !entry.isDirectory())
      .map(entry =>
        join(entry.parentPath, entry.name)
          .slice(this.#root.length + 1)
          .replaceAll(sep, "/"),
      )
      .filter(other => isServed(other))
    throw new NitroError(
      "NITRO_ASSET_UNKNOWN",
      `There is no file ${JSON.stringify(name)} in ${this.#root} that may be served.`,
      {
        fix:
          names.length > 0
            ? suggest(name, names.slice(0, 1000))
            : "The folder is empty: build your files before the app starts.",
      },
    )
  }

  #hashed(name: string): HashedFile | undefined {
    const cached = this.#files.get(name)
    if (cached && !this.#watches) return cached
    const entry = this.#find(name)
    if (!entry) {
      this.#files.delete(name)
      return undefined
    }
    if (
      cached &&
      cached.file === entry.file &&
      cached.stats.mtimeMs === entry.stats.mtimeMs &&
      cached.stats.size === entry.stats.size
    )
      return cached
    // Nor are those of files.
    const content =
      entry.stats.size <= maxKeptBytes
        ? (readFileSync(entry.file) as Uint8Array<ArrayBuffer>)
        : undefined
    const digest = content ? createHash("sha384").update(content).digest() : digestOf(entry.file)
    const hash = digest.toString("hex").slice(0, 12)
    const result: HashedFile = {
      ...entry,
      hash,
      integrity: `sha384-${digest.toString("base64")}`,
      content,
    }
    this.#files.set(name, result)
    return result
  }

  /** A plain file inside the folder, wherever links lead; undefined for all others. */
  #find(name: string): FileEntry | undefined {
    if (!isServed(name)) return undefined
    try {
      const path = join(this.#root, name)
      const file =
        lstatSync(path).isSymbolicLink() || name.includes("/") ? realpathSync(path) : path
      if (!file.startsWith(this.#root + sep)) return undefined
      const stats = statSync(file)
      return stats.isFile() ? { file, stats } : undefined
    } catch (error) {
      const code = codeOf(error)
      if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG")
        return undefined
      throw error
    }
  }

  #encodings(
    name: string,
    file: HashedFile,
  ): Record<string, () => Promise<Uint8Array<ArrayBuffer>>> {
    const { content } = file
    if (!content || content.length < 1024 || !isText(name)) return {}
    const packed = (extension: string): (() => Promise<Uint8Array<ArrayBuffer>>) | undefined => {
      const beside = this.#hashed(name + extension)
      // One that was packed before the last change holds the old content.
      if (!beside?.content || beside.stats.mtimeMs < file.stats.mtimeMs) return undefined
      const bytes = beside.content
      return async () => bytes
    }
    const brotli = packed(".br")
    const gzipped = packed(".gz")
    return {
      ...(brotli && { br: brotli }),
      gzip:
        gzipped ??
        (() => {
          file.gzip ??= pack(content)
          return file.gzip
        }),
    }
  }
}

/**
 * Serves a folder: `const files = assets({ directory: "public" })`, then `nitro({ assets: files })`, and in a page
 * `files.url("logo.svg")`. Hidden files are not served, nor what a symbolic link outside of the folder leads to.
 *
 * @throws NITRO_ASSET_FOLDER when the folder does not exist.
 */
export function assets(options: AssetFolderOptions): AssetFolder {
  return new AssetFolder(options)
}

function streamOf(file: string, range: ByteRange): ReadableStream<Uint8Array> {
  const stream = createReadStream(file, range)
  // The headers are sent: the error can only be logged.
  stream.once("error", error => reportError(error, `the file ${file}`, "adapters"))
  // Node's types have web streams beside the global ones.
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>
}

/** Read piece by piece: a video need not fit into memory. */
function digestOf(file: string): Buffer {
  const hash = createHash("sha384")
  const buffer = Buffer.allocUnsafe(maxKeptBytes)
  const descriptor = openSync(file, "r")
  try {
    for (;;) {
      const bytes = readSync(descriptor, buffer)
      if (bytes === 0) return hash.digest()
      hash.update(buffer.subarray(0, bytes))
    }
  } finally {
    closeSync(descriptor)
  }
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** No way out of the folder, no hidden file, and no second spelling of a name. */
function isServed(name: string): boolean {
  return (
    !/[\\\0:]/.test(name) &&
    name.split("/").every(segment => segment !== "" && !segment.startsWith("."))
  )
}

const types: Readonly<Record<string, string>> = {
  css: "text/css",
  js: "text/javascript",
  mjs: "text/javascript",
  json: "application/json",
  map: "application/json",
  webmanifest: "application/manifest+json",
  html: "text/html",
  txt: "text/plain",
  md: "text/plain",
  xml: "application/xml",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  ico: "image/x-icon",
  woff: "font/woff",
  woff2: "font/woff2",
  ttf: "font/ttf",
  otf: "font/otf",
  wasm: "application/wasm",
  pdf: "application/pdf",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  wav: "audio/wav",
  mp4: "video/mp4",
  webm: "video/webm",
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1).toLowerCase()

const isText = (name: string): boolean =>
  /^(?:text\/|application\/(?:json|xml|manifest)|image\/svg|font\/[to]tf)/.test(
    types[extensionOf(name)] ?? "",
  )

function typeOf(name: string): string {
  const type = types[extensionOf(name)] ?? "application/octet-stream"
  return /^(?:text\/|application\/(?:json|xml|manifest)|image\/svg)/.test(type)
    ? `${type}; charset=utf-8`
    : type
}
