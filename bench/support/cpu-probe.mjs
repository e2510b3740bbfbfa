// Loaded into a server under test: tells its CPU time in microseconds to the process that started it.
process.on("message", () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on("disconnect", () => process.exit(0))
