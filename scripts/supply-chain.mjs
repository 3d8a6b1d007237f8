// What others wrote and we run: licences against a list, install scripts only where they are named, and `npm audit` with every
// finding argued (supply-chain-policy.mjs). Without a registry that answers audits it says so and passes on the rest.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AUDIT_EXCEPTIONS, LICENCE_EXCEPTIONS, LICENCES } from './supply-chain-policy.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const AUDIT_WITHIN_MS = 30_000

/** Packages under a licence that is neither on the list nor excepted by name, and exceptions that nothing needs any more. */
export function licenceFaults(packages, licences = LICENCES, exceptions = LICENCE_EXCEPTIONS) {
  const faults = []
  const needed = new Set()
  for (const [path, { license = '' }] of foreign(packages)) {
    if (isAllowed(license, licences)) continue
    const name = nameOf(path)
    const rule = Object.keys(exceptions).find((key) =>
      key.endsWith('*') ? name.startsWith(key.slice(0, -1)) : name === key,
    )
    const excepted = rule === undefined ? null : exceptions[rule][0]
    if (excepted !== null && isAllowed(license, new Set([...licences, excepted]))) needed.add(rule)
    else faults.push(`${name} comes under ${license || 'no licence'}: not on the list`)
  }
  for (const rule of Object.keys(exceptions)) {
    if (!needed.has(rule)) faults.push(`the licence exception for ${rule} is of no use any more`)
  }
  return faults
}

/** Packages with an install script that `allowScripts` of package.json does not name, and names of none. */
export function scriptFaults(packages, allowScripts) {
  const named = new Set(Object.keys(allowScripts))
  const faults = []
  const seen = new Set()
  for (const [path, { hasInstallScript }] of foreign(packages)) {
    const name = nameOf(path)
    if (!hasInstallScript) continue
    seen.add(name)
    if (!named.has(name)) faults.push(`${name} has an install script and is not in allowScripts`)
  }
  for (const name of named)
    if (!seen.has(name)) faults.push(`allowScripts names ${name}, which has no script`)
  return faults
}

/** Findings of an audit report (`npm audit --json`) that nobody argued. */
export function auditFaults(report, exceptions = AUDIT_EXCEPTIONS) {
  const faults = new Set()
  for (const { via } of Object.values(report.vulnerabilities)) {
    for (const advisory of via) {
      // A text is the name of another package in the report, which has the advisory itself.
      if (typeof advisory === 'string') continue
      const id = advisory.url?.split('/').pop() ?? String(advisory.source)
      if (!exceptions[id]) faults.add(`${advisory.name}: ${advisory.title} (${id}, ${advisory.severity})`)
    }
  }
  return [...faults]
}

/** `null` where nobody answers audits. */
export function readAudit(output) {
  try {
    const report = JSON.parse(output)
    return report.vulnerabilities ? report : null
  } catch {
    return null
  }
}

/** An SPDX expression of `OR`, `AND` and brackets. No licence is allowed only by the exception `''`. */
function isAllowed(license, licences) {
  if (licences.has(license)) return true
  const text = license.replace(/^\((.*)\)$/, '$1')
  if (/ OR /.test(text)) return text.split(' OR ').some((part) => isAllowed(part, licences))
  if (/ AND /.test(text)) return text.split(' AND ').every((part) => isAllowed(part, licences))
  return false
}

function foreign(packages) {
  return Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function audit() {
  const args = ['audit', '--json', '--fetch-retries=0', '--loglevel=silent']
  const options = { cwd: root, encoding: 'utf8', timeout: AUDIT_WITHIN_MS, maxBuffer: 64_000_000 }
  return readAudit(spawnSync('npm', args, options).stdout ?? '')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const report = audit()
  const faults = [
    ...licenceFaults(packages),
    ...scriptFaults(packages, allowScripts),
    ...(report ? auditFaults(report) : []),
  ]
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (!report) process.stdout.write('audit: the registry does not answer audits here; not checked\n')
  process.stdout.write(`supply chain: ${foreign(packages).length} packages, ${faults.length} faults\n`)
  process.exit(faults.length === 0 ? 0 : 1)
}
