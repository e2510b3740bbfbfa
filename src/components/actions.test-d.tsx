// Components of calls do not compile without their required props.

import { call } from "nitro-ts"
import { ActionButton, ActionForm, ActionInput, ActionToggle } from "nitro-ts/components"
import { Entity } from "nitro-ts/entity"
import { z } from "zod"

class Todo extends Entity("Todo", { title: z.string() }) {}
const create = call(Todo, "create")

export const good = [
  <ActionButton call={create}>Add</ActionButton>,
  <ActionToggle call={create} checked={false} label="Done" />,
  <ActionInput call={create} name="title" label="Title" placeholder="What?" />,
  <ActionForm call={create}>x</ActionForm>,
]

export const bad = [
  // @ts-expect-error it sends nothing
  <ActionButton>Add</ActionButton>,
  // @ts-expect-error a link is a Button
  <ActionButton call={create} href="/">
    Add
  </ActionButton>,
  // @ts-expect-error a label for those who do not see it
  <ActionToggle call={create} checked={false} />,
  // @ts-expect-error which input it is
  <ActionInput call={create} label="Title" />,
  // @ts-expect-error the address is that of the call
  <ActionForm call={create} action="/other" />,
  // @ts-expect-error a path is no call
  <ActionForm call="/todos" />,
]
