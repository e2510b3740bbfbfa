// Types of project.mjs, for the scripts in TypeScript.
import type { SpawnOptions } from "node:child_process"
export const root: string
export const cache: string
export function fail(message: string): never
export function run(
  command: string,
  args: readonly string[],
  options?: SpawnOptions,
): Promise<number>
