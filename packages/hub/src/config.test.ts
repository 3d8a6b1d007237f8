import { describe, expect, it } from 'vitest'
import { ConfigError, isLoopbackHost, readConfig } from './config.ts'

const OPERATOR = 'operator-token-0123456789'
const AGENT = 'agent-token-0123456789'

function faults(env: Record<string, string>): string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

describe('readConfig', () => {
  it('has a default for every setting', () => {
    expect(readConfig({}, '/srv')).toEqual({
      port: 4040,
      host: '127.0.0.1',
      isLoopback: true,
      publicUrl: null,
      dataDir: '/srv/.orrery',
      databaseUrl: null,
      redisUrl: null,
      agentToken: null,
      operatorToken: null,
      viewerToken: null,
      retentionDays: 30,
      retentionMb: null,
    })
  })

  it('takes an empty value for none', () => {
    expect(readConfig({ ORRERY_PORT: '', DATABASE_URL: ' ' })).toMatchObject({
      port: 4040,
      databaseUrl: null,
    })
  })

  it('names all faults at once', () => {
    expect(
      faults({
        ORRERY_PORT: '70000',
        ORRERY_HOST: 'no host',
        DATABASE_URL: 'mysql://here',
        ORRERY_RETENTION_DAYS: '0',
        ORRERY_RETENTION_MB: 'much',
        ORRERY_VIEWER_TOKEN: 'short',
        ORRERY_PUBLIC_URL: 'https://a.example/orrery',
      }).map((fault) => fault.split(':')[0]),
    ).toEqual([
      'ORRERY_PORT',
      'ORRERY_HOST',
      'ORRERY_PUBLIC_URL',
      'DATABASE_URL',
      'ORRERY_VIEWER_TOKEN',
      'ORRERY_RETENTION_DAYS',
      'ORRERY_RETENTION_MB',
    ])
  })

  it('refuses a public address without tokens, in one line for each', () => {
    expect(faults({ ORRERY_HOST: '0.0.0.0' })).toEqual([
      'ORRERY_HOST: 0.0.0.0 can be reached from other machines; set ORRERY_OPERATOR_TOKEN and ORRERY_AGENT_TOKEN, or listen on 127.0.0.1',
    ])
    expect(faults({ ORRERY_HOST: '::', ORRERY_OPERATOR_TOKEN: OPERATOR, ORRERY_AGENT_TOKEN: AGENT })).toEqual(
      [],
    )
  })

  it('refuses a viewer token that is the operator’s or stands alone', () => {
    expect(faults({ ORRERY_VIEWER_TOKEN: OPERATOR, ORRERY_OPERATOR_TOKEN: OPERATOR })).toHaveLength(1)
    expect(faults({ ORRERY_VIEWER_TOKEN: OPERATOR })).toHaveLength(1)
  })

  it('keeps only the origin of a public address', () => {
    expect(readConfig({ ORRERY_PUBLIC_URL: 'https://Orrery.Example.org:443/' }).publicUrl).toBe(
      'https://orrery.example.org',
    )
  })
})

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '[::1]', 'localhost', 'LOCALHOST', 'app.localhost'])(
    'takes %s',
    (name) => expect(isLoopbackHost(name)).toBe(true),
  )
  it.each(['0.0.0.0', '::', '127.0.0.1.example.org', '127.evil.org', 'localhost.evil.org', '10.0.0.1'])(
    'refuses %s',
    (name) => expect(isLoopbackHost(name)).toBe(false),
  )
})
