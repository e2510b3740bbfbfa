// Types of postgres.mjs, for the tests.
export function binaries(): string | undefined
export function findServer(): string | undefined
export function startServer(owner: number): Promise<string>
