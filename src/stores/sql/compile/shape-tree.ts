// Finds what was compiled for a shape by walking a tree of small numbers: building a text key costs five times as much.

interface Shape {
  readonly next: Map<number, Shape>
  value: string | undefined
}

/** A bounded map from sequences of numbers to text. When it is full it forgets everything: it fills again in no time. */
export class ShapeTree {
  readonly #maxSteps: number
  #steps = 0
  #root: Shape = { next: new Map(), value: undefined }

  /** `maxSteps`: how many numbers all sequences have together, beginnings that they share counted once. */
  constructor(maxSteps: number) {
    this.#maxSteps = maxSteps
  }

  walk(): ShapeWalk {
    if (this.#steps > this.#maxSteps) {
      this.#root = { next: new Map(), value: undefined }
      this.#steps = 0
    }
    return new ShapeWalk(this.#root, () => {
      this.#steps += 1
    })
  }
}

/** One sequence on its way through the tree. */
export class ShapeWalk {
  #shape: Shape
  readonly #grow: () => void

  constructor(root: Shape, grow: () => void) {
    this.#shape = root
    this.#grow = grow
  }

  step(code: number): void {
    let next = this.#shape.next.get(code)
    if (next === undefined) {
      next = { next: new Map(), value: undefined }
      this.#shape.next.set(code, next)
      this.#grow()
    }
    this.#shape = next
  }

  get value(): string | undefined {
    return this.#shape.value
  }

  set value(value: string) {
    this.#shape.value = value
  }
}
