// The browser client and the stylesheets under `/_nitro/`: immutable under their versioned URL, revalidated otherwise.
import { clientAssets } from "../client/index.ts"
import { answerFile, notFound } from "./file.ts"

export async function answerAsset(
  request: Request,
  path: string,
  search: string,
): Promise<Response> {
  const asset = clientAssets.get(path.slice("/_nitro/".length))
  if (!asset) return notFound()
  return answerFile(request, {
    type: asset.type,
    hash: asset.hash,
    isImmutable: search === `?v=${asset.hash}`,
    encodings: { gzip: asset.loadGzip },
    load: asset.load,
  })
}
