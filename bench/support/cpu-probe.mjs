// Loaded into a server under test: tells its CPU time in microseconds to the process that started it, and collects garbage.
process.on("message", message => {
  if (message === "collect") globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on("disconnect", () => process.exit(0))
