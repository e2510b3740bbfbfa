// Types of places.mjs, for the tests.
export interface Machine {
  readonly platform?: NodeJS.Platform
  readonly env?: NodeJS.ProcessEnv
  readonly home?: string
  readonly root?: string
}
export function findChromium(machine?: Machine): string | undefined
export function findPostgres(
  machine?: Omit<Machine, "home"> & { readonly pgConfig?: string | undefined },
): string | undefined
