// The browser client and the stylesheet under `/_nitro/`: immutable under their versioned URL, revalidated otherwise.
import { clientAssets } from "../client/index.ts"

const year = 31_536_000

export async function answerAsset(request: Request, path: string, search: string): Promise<Response> {
  const asset = clientAssets.get(path.slice("/_nitro/".length))
  if (!asset || (request.method !== "GET" && request.method !== "HEAD")) return new Response("Not found", { status: 404 })
  const etag = `"${asset.hash}"`
  const headers = {
    "content-type": asset.type,
    "cache-control": search === `?v=${asset.hash}` ? `public, max-age=${year}, immutable` : "no-cache",
    etag,
    "x-content-type-options": "nosniff",
  }
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers })
  return new Response(request.method === "HEAD" ? null : await asset.load(), { headers })
}
