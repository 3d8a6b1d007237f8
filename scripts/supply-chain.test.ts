import { expect, test } from 'vitest'
import { auditFaults, licenceFaults, readAudit, scriptFaults } from './supply-chain.mjs'

const licences = new Set(['MIT', 'ISC'])
const faults = (license: string | undefined, exceptions: Record<string, string[]> = {}) =>
  licenceFaults({ '': {}, 'node_modules/a/node_modules/@b/c': { license } }, licences, exceptions)

test('a licence on the list may come in, also as one of two, or with another on the list', () => {
  expect(faults('MIT')).toEqual([])
  expect(faults('(MIT OR GPL-3.0)')).toEqual([])
  expect(faults('MIT AND ISC')).toEqual([])
})

test('any other licence, or none, is named with its package', () => {
  expect(faults('GPL-3.0')).toEqual(['@b/c comes under GPL-3.0: not on the list'])
  expect(faults('MIT AND GPL-3.0')).toHaveLength(1)
  expect(faults(undefined)).toEqual(['@b/c comes under no licence: not on the list'])
})

test('an exception holds for its name and its licence alone, and not longer than it is needed', () => {
  expect(faults('GPL-3.0', { '@b/*': ['GPL-3.0', 'why'] })).toEqual([])
  expect(faults('MIT AND GPL-3.0', { '@b/c': ['GPL-3.0', 'why'] })).toEqual([])
  expect(faults(undefined, { '@b/c': ['', 'why'] })).toEqual([])
  expect(faults('AGPL-3.0', { '@b/c': ['GPL-3.0', 'why'] })).toHaveLength(2)
  expect(faults('MIT', { '@b/c': ['GPL-3.0', 'why'] })).toEqual([
    'the licence exception for @b/c is of no use any more',
  ])
})

test('an install script runs only where allowScripts names its package', () => {
  const packages = { 'node_modules/esbuild': { hasInstallScript: true }, 'node_modules/a': {} }
  expect(scriptFaults(packages, { esbuild: true })).toEqual([])
  expect(scriptFaults(packages, {})).toEqual(['esbuild has an install script and is not in allowScripts'])
  expect(scriptFaults(packages, { esbuild: true, gone: false })).toEqual([
    'allowScripts names gone, which has no script',
  ])
})

test('a finding of the audit is a fault until its advisory is argued', () => {
  const url = 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc'
  const found = { source: 1, name: 'a', title: 'Too trusting', url, severity: 'high' }
  const report = { vulnerabilities: { a: { via: [found] }, b: { via: ['a'] } } }
  expect(auditFaults(report, {})).toEqual(['a: Too trusting (GHSA-aaaa-bbbb-cccc, high)'])
  expect(auditFaults(report, { 'GHSA-aaaa-bbbb-cccc': 'never called' })).toEqual([])
})

test('a registry that answers no audits is told from one that finds nothing', () => {
  expect(readAudit('{"message":"405 Method Not Allowed","error":{}}')).toBeNull()
  expect(readAudit('')).toBeNull()
  expect(readAudit('{"vulnerabilities":{}}')).toEqual({ vulnerabilities: {} })
})
