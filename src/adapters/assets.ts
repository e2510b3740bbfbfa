// The browser client and the stylesheets under `/_nitro/`: immutable under their versioned URL, revalidated otherwise.
import { clientAssets } from "../client/index.ts"
import { fileResponse } from "./file.ts"

const folder = "/_nitro/"

/** The names of the files, as paths within an app. */
export const assetPaths = (): string[] => [...clientAssets.keys()].map(name => folder + name)

/** Undefined for a path that is the address of no file of ours. */
export function sendAsset(
  request: Request,
  path: string,
  search: string,
): Promise<Response> | undefined {
  const asset = path.startsWith(folder) ? clientAssets.get(path.slice(folder.length)) : undefined
  if (asset === undefined) return undefined
  return fileResponse(request, {
    type: asset.type,
    hash: asset.hash,
    isImmutable: search === `?v=${asset.hash}`,
    encodings: { gzip: asset.loadGzip },
    load: asset.load,
  })
}
