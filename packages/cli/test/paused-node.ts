/** A node for tests: beats on standard output, and says to its runner what its standard input says. */
setInterval(() => process.stdout.write('beat\n'), 20)
process.stdout.write(`pid ${process.pid} killed ${process.env.ORRERY_RUNNER_KILLED ?? 'never'}\n`)
let rest = ''
process.stdin.on('data', (chunk) => {
  rest += String(chunk)
  const lines = rest.split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) {
    if (line.startsWith('exit ')) process.exit(Number(line.slice(5)))
    process.send?.(JSON.parse(line))
  }
})
process.on('message', (word) => process.stdout.write(`word ${JSON.stringify(word)}\n`))
process.on('disconnect', () => process.stdout.write('runner gone\n'))
process.on('SIGTERM', () => {
  process.stdout.write('SIGTERM\n')
  process.exit(7)
})
