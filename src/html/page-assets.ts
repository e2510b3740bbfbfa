// The addresses of what every page loads: the browser client and the stylesheet, with the hash of their content.
import { assets } from "./assets.gen.ts"

/** Where the adapters serve the assets. */
export const defaultAssetsPath = "/_nitro"

/** The addresses under `assetsPath`. */
export function assetUrls(assetsPath: string): { readonly client: string; readonly basecoat: string } {
  if (assetsPath === defaultAssetsPath) return assets
  const move = (url: string): string => `${assetsPath.replace(/\/+$/, "")}${url.slice(defaultAssetsPath.length)}`
  return { client: move(assets.client), basecoat: move(assets.basecoat) }
}
