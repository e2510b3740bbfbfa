// The addresses of what pages load, with the hashes of their content: our own, or those of a CDN for what is published.
import {
  type Asset,
  assets,
  type BasecoatStyle,
  basecoat,
  publishedBasecoat,
} from "./assets.gen.ts"
import { pageApp } from "./page-app.ts"

export type { Asset, BasecoatStyle } from "./assets.gen.ts"

/** Where the adapters serve the assets. */
export const defaultAssetsPath = "/_nitro"

/** A CDN that serves the packages of npm as they are. */
export type Cdn = "jsdelivr" | "unpkg"

const cdns: Readonly<Record<Cdn, string>> = {
  jsdelivr: "https://cdn.jsdelivr.net/npm/",
  unpkg: "https://unpkg.com/",
}

/** One of our own files, under `assetsPath`. */
export function ownAsset(name: keyof typeof assets, assetsPath: string): Asset {
  return moved(assets[name], assetsPath)
}

/** The stylesheet of Basecoat in one of its looks. */
export function basecoatAsset(
  style: BasecoatStyle,
  assetsPath: string,
  cdn: Cdn | undefined,
): Asset {
  if (cdn === undefined) return moved(basecoat[style], assetsPath)
  const { url, integrity } = publishedBasecoat[style]
  return { url: cdns[cdn] + url, integrity, crossorigin: "anonymous" }
}

/** Where the app of this request serves the assets. */
export function currentAssetsPath(): string {
  const basePath = pageApp.get()?.basePath ?? ""
  return basePath === "" ? defaultAssetsPath : basePath + defaultAssetsPath
}

// Tags are printed once for each asset object, so that of a path has to stay the same.
const moves = new Map<string, Map<Asset, Asset>>()
const maxPaths = 50

function moved(asset: Asset, assetsPath: string): Asset {
  if (assetsPath === defaultAssetsPath) return asset
  let pathMoves = moves.get(assetsPath)
  if (pathMoves === undefined) {
    if (moves.size >= maxPaths) moves.clear()
    pathMoves = new Map()
    moves.set(assetsPath, pathMoves)
  }
  let there = pathMoves.get(asset)
  if (there === undefined) {
    there = {
      ...asset,
      url: assetsPath.replace(/\/+$/, "") + asset.url.slice(defaultAssetsPath.length),
    }
    pathMoves.set(asset, there)
  }
  return there
}
