// A change log in a file that several processes append to and read: what a log between processes needs, at its smallest.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs"
import type { BusListener, Change, Cursor, EventBus, LoggedChange } from "nitro-ts/events"

export function toyLog(path: string, capacity = 1000, pollMs = 5): EventBus {
  try {
    writeFileSync(path, `${crypto.randomUUID()}\n`, { flag: "wx" })
  } catch {
    // Another process has made it.
  }
  /** The epoch, then one change a line. */
  const lines = (): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1)
  const cursorAt = (position: number): Cursor => `${lines()[0]}:${position}`
  const last = (): number => lines().length - 1
  const positionOf = (cursor: Cursor): number | undefined => {
    const [epoch, position] = cursor.split(":")
    return epoch === lines()[0] && Number(position) <= last() ? Number(position) : undefined
  }
  const replay = (from: Cursor, limit: number): LoggedChange[] | undefined => {
    const start = positionOf(from)
    if (start === undefined || last() - start > capacity) return undefined
    const texts = lines().slice(start + 1, start + 1 + limit)
    return texts.map((text, i) => {
      return { cursor: cursorAt(start + 1 + i), change: JSON.parse(text) as Change }
    })
  }
  const timers = new Set<NodeJS.Timeout>()
  return {
    name: "toy log",
    capabilities: { durable: true, acrossProcesses: true },
    epoch: () => lines()[0] as string,
    cursor: () => cursorAt(last()),
    replay,
    publish(change) {
      const text = JSON.stringify(change)
      appendFileSync(path, `${text}\n`)
      return cursorAt(lines().lastIndexOf(text))
    },
    subscribe(listener: BusListener, from = cursorAt(last())) {
      let at = from
      const read = (): void => {
        const logged = replay(at, 100)
        at = logged === undefined ? cursorAt(last()) : (logged.at(-1)?.cursor ?? at)
        if (logged === undefined) listener.reset(at)
        for (const each of logged ?? []) listener.change(each)
      }
      const timer = setInterval(read, pollMs)
      timers.add(timer)
      read()
      return () => clearInterval(timer)
    },
    compare(a, b) {
      const [one, other] = [positionOf(a), positionOf(b)]
      if (one !== undefined && other !== undefined) return one - other
      throw Object.assign(new Error(`${a} and ${b} have no order.`), { code: "NITRO_BUS_CURSOR" })
    },
    close: () => timers.forEach(clearInterval),
  }
}
