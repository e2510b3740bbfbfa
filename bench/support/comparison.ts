// A comparison of contenders, as a bench declares it.

/** What the ratio must stay within: `max` for costs, `min` for throughput. */
export type Goal = { readonly max: number } | { readonly min: number }

/** One side of a comparison. Give `run` (one operation, measured here) or `measure` (a figure you measured yourself). */
export interface Contender {
  readonly name: string
  /** One operation; `i` counts up from 0. Return what it made, so that it cannot be optimised away. May be async. */
  readonly run?: (i: number) => unknown
  /** The figure of one round in the comparison's `metric`: for servers and other things outside this process. */
  readonly measure?: (round: number) => Promise<number>
  /** Before the first round. */
  readonly setup?: () => unknown
  /** After the last round. */
  readonly close?: () => unknown
}

export interface Rival extends Contender {
  /** Limit of our figure divided by this rival's; by the names of ours when there are several. */
  readonly goal?: Goal | Readonly<Record<string, Goal>>
  /** The names of ours that are compared with this rival. Default: all. */
  readonly against?: readonly string[]
}

export interface Comparison {
  readonly case: string
  readonly ours: Contender | readonly Contender[]
  readonly rivals: readonly Rival[]
  /** Unit of the figures. Default: `cpu us/op`. */
  readonly metric?: string
  /** Flags of Node for the processes of `isolate`, besides those of this one. */
  readonly execArgv?: readonly string[]
}

export interface BenchOptions {
  /** Rounds that count. Default 15. */
  readonly rounds?: number
  /** CPU time of one round of one contender. Default 60 ms. */
  readonly roundMs?: number
  /** CPU time of warm-up of one contender. Default 250 ms. */
  readonly warmupMs?: number
  /** A process of its own for every contender, so that none warms or spoils another's inline caches. Default false. */
  readonly isolate?: boolean
  /**
   * Collects all garbage before each round, so that none pays for another's. Default true. False where contenders keep
   * different amounts in memory: the collector goes on working into the round, and code that it dropped is compiled again.
   */
  readonly collect?: boolean
}

export function oursOf({ ours }: Comparison): readonly Contender[] {
  return Array.isArray(ours) ? (ours as readonly Contender[]) : [ours as Contender]
}

/** Ours first, then the rivals: the order that figures have. */
export const contendersOf = (comparison: Comparison): readonly Contender[] => [
  ...oursOf(comparison),
  ...comparison.rivals,
]
