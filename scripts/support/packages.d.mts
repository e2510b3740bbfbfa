// Types of packages.mjs, for the scripts in TypeScript.
export const otherNodes: readonly string[]
export function packages(
  name: string,
  specs: readonly string[],
  options?: readonly string[],
): Promise<string | undefined>
export const nodePackage: string
export function nodeIn(folder: string): string
