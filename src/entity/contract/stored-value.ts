// A value as a store keeps it, for conditions that must not lose a part of it.

/**
 * Stands for a value in a predicate where decoding loses something: the microseconds of an instant, the last digits of a
 * decimal. Only the conditions that continue a read after a row have one, and only for types whose codec has `exact`.
 */
export class StoredValue {
  readonly stored: unknown

  constructor(stored: unknown) {
    this.stored = stored
  }
}
