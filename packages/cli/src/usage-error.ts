/** What was asked for cannot be meant: told to the person, with exit code 64 as in sysexits.h. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'cli.usage'
}

export const EXIT_USAGE = 64
