// The page that shows the document: Swagger UI from the user's own packages, under a policy that allows no inline script.
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { context } from "../../actions/index.ts"
import { fileResponse } from "../../adapters/file.ts"
import { html, render } from "../../html/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { shortHash } from "../../shared/short-hash.ts"
import "./errors.ts"

/** One file of the page, the page included. */
export interface DocsFile {
  /** Below the base path of the app. */
  readonly path: string
  respond(request: Request): Promise<Response>
}

// Node's buffers of compressed bytes are never shared memory.
const pack = promisify(gzip) as (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>

/** Scripts and styles of the app alone; the pictures of the stylesheet are data in it. Elements are styled by script, which the policy lets pass. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

const sheet = "swagger-ui.css"
const bundle = "swagger-ui-bundle.js"

/** The page at `path`, and the files that it loads. @throws NITRO_OPENAPI_DOCS when swagger-ui-dist is not installed. */
export function docsFiles(path: string, documentPath: string, title: string): readonly DocsFile[] {
  const folder = packageFolder()
  const start = `${path}/start.js`
  const address = (file: string): string => context().basePath + file
  return [
    {
      path,
      async respond(request) {
        const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${address(`${path}/${sheet}`)}">
</head>
<body>
<div id="docs"></div>
<script src="${address(`${path}/${bundle}`)}" defer></script>
<script src="${address(start)}" defer></script>
</body>
</html>`
        const response = await sent(request, "text/html", await render(page))
        response.headers.set("content-security-policy", policy)
        return response
      },
    },
    {
      path: start,
      respond: request => sent(request, "text/javascript", startScript(address(documentPath))),
    },
    packageFile(`${path}/${sheet}`, join(folder, sheet), "text/css"),
    packageFile(`${path}/${bundle}`, join(folder, bundle), "text/javascript"),
  ]
}

/** `validatorUrl` would send the address of the document to another site. */
const startScript = (url: string): string =>
  `SwaggerUIBundle(${JSON.stringify({
    url,
    dom_id: "#docs",
    deepLinking: true,
    validatorUrl: "none",
  })})\n`

function sent(request: Request, type: string, text: string): Promise<Response> {
  return fileResponse(request, {
    type: `${type}; charset=utf-8`,
    hash: shortHash(text),
    isImmutable: false,
    encodings: {},
    load: () => text,
  })
}

/** Read and compressed once, when it is first requested. */
function packageFile(path: string, file: string, type: string): DocsFile {
  let loading: Promise<{ bytes: Uint8Array<ArrayBuffer>; hash: string }> | undefined
  let packing: Promise<Uint8Array<ArrayBuffer>> | undefined
  const load = async (): Promise<{ bytes: Uint8Array<ArrayBuffer>; hash: string }> => {
    const bytes = Uint8Array.from(await readFile(file))
    return { bytes, hash: shortHash(Buffer.from(bytes.buffer).toString("latin1")) }
  }
  return {
    path,
    async respond(request) {
      loading ??= load().catch((error: unknown) => {
        // The next request tries again.
        loading = undefined
        throw error
      })
      const { bytes, hash } = await loading
      return fileResponse(request, {
        type: `${type}; charset=utf-8`,
        hash,
        isImmutable: false,
        encodings: {
          gzip() {
            packing ??= pack(bytes)
            return packing
          },
        },
        load: () => bytes,
      })
    },
  }
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"))
  } catch (cause) {
    throw new NitroError(
      "NITRO_OPENAPI_DOCS",
      "openapi({ docs }) shows its page with the package swagger-ui-dist, which is not installed. Run: npm install swagger-ui-dist",
      { fix: "Run `npm install swagger-ui-dist`, or leave `docs` out.", cause },
    )
  }
}
