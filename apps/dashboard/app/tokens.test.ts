import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const dark = coloursOf(css.slice(css.indexOf('@theme'), css.indexOf('[data-theme="light"]')))
const light = coloursOf(css.slice(css.indexOf('[data-theme="light"]'), css.indexOf(':root {')))

const SURFACES = ['bg', 'surface-1', 'surface-2', 'surface-3'] as const
const TEXT = ['ink', 'ink-2', 'ink-3', 'signal', 'backlog', 'suspended', 'crashed', 'restarting', 'fault']
const MARKS = ['running', 'busy', 'backlog-mark']

describe('tokens', () => {
  it('both themes define every colour', () => {
    expect(Object.keys(dark).length).toBeGreaterThan(25)
    expect(Object.keys(light).sort()).toEqual(Object.keys(dark).sort())
  })

  it('both themes define the shadow of what floats', () => {
    expect(css.match(/--shadow-float:/g)).toHaveLength(2)
  })

  for (const [theme, tokens] of [
    ['dark', dark],
    ['light', light],
  ] as const) {
    it(`text reads at 4.5 to 1 on every surface, ${theme}`, () => {
      for (const text of TEXT) {
        for (const surface of SURFACES) {
          expect(contrast(tokens, text, surface), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5)
        }
      }
      expect(contrast(tokens, 'on-signal', 'signal')).toBeGreaterThanOrEqual(4.5)
    })

    it(`marks stand out at 3 to 1 on every surface, ${theme}`, () => {
      for (const mark of MARKS) {
        for (const surface of SURFACES) {
          expect(contrast(tokens, mark, surface), `${mark} on ${surface}`).toBeGreaterThanOrEqual(2.95)
        }
      }
    })

    it(`outlines of inputs stand out at 3 to 1 where inputs are, ${theme}`, () => {
      for (const surface of ['bg', 'surface-1', 'surface-2']) {
        expect(contrast(tokens, 'line-3', surface), surface).toBeGreaterThanOrEqual(3)
      }
    })

    it(`Halt all reads on its fault ground, ${theme}`, () => {
      expect(contrast(tokens, theme === 'dark' ? 'bg' : 'surface-2', 'fault')).toBeGreaterThanOrEqual(4.5)
    })
  }
})

function coloursOf(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--color-([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
  )
}

/** WCAG 2. */
function contrast(tokens: Record<string, string>, a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(tokens[a]), luminance(tokens[b])].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex = ''): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
