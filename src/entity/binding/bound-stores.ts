// The bindings of each store, for those who look for all that lives in one.

import { partsHere } from "../contract/partition.ts"
import type { Store } from "../contract/repository.ts"
import type { Binding } from "./bound-class.ts"
import { makeKnown } from "./known-classes.ts"

const boundTo = new WeakMap<Store, Set<Binding>>()
const stores = new Set<WeakRef<Store>>()

export function remember(binding: Binding): void {
  let ofStore = boundTo.get(binding.store)
  if (ofStore === undefined) {
    ofStore = new Set()
    boundTo.set(binding.store, ofStore)
    // There may be very many sessions, of which only the present one counts.
    if (binding.store.partition === undefined) stores.add(new WeakRef(binding.store))
  }
  ofStore.add(binding)
  makeKnown(binding.entity)
}

/** Every class that is bound to a store, by store. Of stores with a part for each session: the present one, and `own`. */
export function* allBindings(ownStore: Store): Generator<ReadonlySet<Binding>, void, undefined> {
  for (const ref of stores) {
    const store = ref.deref()
    if (store === undefined) stores.delete(ref)
    else yield* bindingsIn(store)
  }
  const parts = new Set(partsHere())
  if (ownStore.partition !== undefined) parts.add(ownStore)
  for (const part of parts) yield* bindingsIn(part)
}

function bindingsIn(store: Store): readonly ReadonlySet<Binding>[] {
  const bindings = boundTo.get(store)
  return bindings === undefined ? [] : [bindings]
}

/** The hidden fields of every bound class of this name: for errors, which carry no more of their class. */
export function hiddenFieldsOf(entity: string): ReadonlySet<string> {
  const hidden = new Set<string>()
  const stored = [...stores].flatMap(ref => ref.deref() ?? [])
  for (const store of [...stored, ...partsHere()]) {
    for (const { definition } of boundTo.get(store) ?? []) {
      if (definition.name === entity)
        for (const field of definition.fields) if (field.hidden === true) hidden.add(field.name)
    }
  }
  return hidden
}
