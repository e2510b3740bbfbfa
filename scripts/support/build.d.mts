// Types of build.mjs, for the scripts in TypeScript.
export function ensureBuilt(options?: {
  readonly output?: number
  readonly force?: boolean
}): Promise<boolean>
