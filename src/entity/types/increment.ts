// Stands for "so much more" among values to write: `Product.updateWhere({ id }, { stock: increment(-1) })`.

/** The result of `increment(by)`: stands for a value in `updateWhere`. */
export class Increment<out T extends number | bigint = number | bigint> {
  readonly by: T

  constructor(by: T) {
    this.by = by
  }
}

/** Adds to what is stored, in one step of the store; a negative one takes away. Null stays null. */
export function increment<T extends number | bigint>(
  by: T,
): Increment<T extends number ? number : bigint> {
  // Its type parameter widens a literal to its type.
  return new Increment(by) as Increment<never>
}
