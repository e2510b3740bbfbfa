// The addresses of what every page loads: the browser client, the stylesheets and the kit's script, with the hash of their content.
import { assets } from "./assets.gen.ts"

/** Where the adapters serve the assets. */
export const defaultAssetsPath = "/_nitro"

/** The addresses under `assetsPath`. */
export function assetUrls(assetsPath: string): typeof assets {
  if (assetsPath === defaultAssetsPath) return assets
  const move = (url: string): string => `${assetsPath.replace(/\/+$/, "")}${url.slice(defaultAssetsPath.length)}`
  return {
    client: move(assets.client),
    basecoat: move(assets.basecoat),
    kitStyle: move(assets.kitStyle),
    kitScript: move(assets.kitScript),
  }
}
