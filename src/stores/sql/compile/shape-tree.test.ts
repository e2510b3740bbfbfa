import { expect, it } from "vitest"
import { ShapeTree } from "./shape-tree.ts"

function at(tree: ShapeTree, ...codes: number[]) {
  const walk = tree.walk()
  for (const code of codes) walk.step(code)
  return walk
}

it("keeps sequences apart, also where one begins as another", () => {
  const tree = new ShapeTree(100)
  at(tree, 1, 2).value = "one two"
  at(tree, 1, 2, 3).value = "one two three"
  expect([
    at(tree).value,
    at(tree, 1).value,
    at(tree, 1, 2).value,
    at(tree, 1, 2, 3).value,
    at(tree, 12).value,
  ]).toEqual([undefined, undefined, "one two", "one two three", undefined])
})

it("forgets when it has grown beyond its bound", () => {
  const tree = new ShapeTree(10)
  at(tree, 1).value = "kept"
  for (let code = 2; code <= 10; code++) at(tree, code)
  expect(at(tree, 1).value).toBe("kept")
  at(tree, 11)
  expect(at(tree, 1).value).toBeUndefined()
})
