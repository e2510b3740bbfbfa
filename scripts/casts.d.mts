export interface Claim {
  readonly kind: "as" | "!" | "any" | "ts-ignore"
  /** 1-based. */
  readonly line: number
  readonly code: string
  readonly hasReason: boolean
}
export function claimsOf(path: string, text: string): Claim[]
export function countCasts(): {
  readonly claims: readonly (Claim & { readonly path: string })[]
  readonly lines: number
  readonly perThousand: number
}
