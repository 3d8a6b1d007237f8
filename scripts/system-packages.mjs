// What the tests need from the system: a Chromium, a Postgres and an Erlang. Taken from Debian's packages where there are some.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

export function chromiumPath() {
  return [
    process.env.ORRERY_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path && existsSync(path))
}

export function postgresBin() {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => `${debian}/${version}/bin`).find((bin) => existsSync(`${bin}/initdb`))
}

/** The folder of `erl` and `erlc`. */
export function erlangBin() {
  return ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].find((bin) => existsSync(`${bin}/erlc`))
}

/** @param {{ erlang?: boolean }} [also] what not everybody needs */
export function ensureSystemPackages({ erlang = false } = {}) {
  const missing = []
  if (erlang && !erlangBin()) missing.push('erlang-base')
  if (!chromiumPath()) missing.push('chromium')
  if (!postgresBin()) missing.push('postgresql')
  if (missing.length === 0) return
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    process.stdout.write(`› Installing ${missing.join(', ')} from Debian's packages\n`)
    const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    const apt = (...args) => {
      const [command, ...rest] = [...asRoot, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args]
      return spawnSync(command, rest, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    }
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', ...missing)
  }
  if (erlang && !erlangBin()) throw new Error('no Erlang found: install one')
  if (!chromiumPath()) {
    throw new Error('no Chromium found: install one, or name it in ORRERY_CHROMIUM')
  }
  if (!postgresBin()) {
    process.stdout.write('› No Postgres server found: those tests run on the embedded one only\n')
  }
}
