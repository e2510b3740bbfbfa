// Loaded into a server under test: answers the process that started it with its CPU time in microseconds or its memory in bytes.
process.on("message", async question => {
  if (question === "memory") {
    // Twice, with a turn between: what finalizers free is collected by the second.
    for (let i = 0; i < 2; i++) {
      globalThis.gc?.()
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    process.send?.(process.memoryUsage().rss)
    return
  }
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on("disconnect", () => process.exit(0))
