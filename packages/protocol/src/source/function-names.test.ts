import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { functionNames } from './function-names.ts'

/** The function around the mark `▸`. */
const around = (marked: string): string | null => {
  const before = marked.slice(0, marked.indexOf('▸')).split('\n')
  return functionNames(marked.replace('▸', '')).at(before.length, (before.at(-1) ?? '').length + 1)
}

describe('functionNames', () => {
  it.each<[string, string | null, string]>([
    [
      'a declaration',
      'pay',
      'export async function pay<T>(a: T, { b }: { b: 1 } = { b: 1 }): Promise<{ c: T }> { ▸throw a }',
    ],
    ['an arrow in a constant', 'pay', 'const pay = async (a: number): Promise<void> => { ▸x() }'],
    ['an arrow in a constant with a type', 'pay', 'const pay: (a: number) => void = (a) => { ▸x() }'],
    ['an arrow of one name', 'twice', 'const twice = n => ▸n * 2\nconst other = 1'],
    ['an expression without semicolon', null, 'const twice = (n: number) => n * 2\nconst other = ▸1'],
    ['a function expression', 'run', 'const run = function* () { ▸y }'],
    ['a property', 'boom', 'f({ handleCast: { boom: ({ n }, state) => { ▸throw n } } })'],
    ['a quoted property', 'data-ind', "f({ 'data-ind': (a) => { ▸throw a } })"],
    ['a method of an object', 'init', 'f({ a: 1, init(x) { ▸throw x } })'],
    [
      'a method of a class',
      'Frame.push',
      'class Frame<T> extends Base<{ a: T }> implements X {\n n = 1\n push(a: T): void { ▸a }\n}',
    ],
    ['a private, static, async method', 'Frame.#go', 'class Frame { private static async #go() { ▸a } }'],
    ['a constructor', 'new Frame', 'class Frame { constructor(private readonly a: number) { ▸a } }'],
    ['a default export', 'default', 'export default async (a: number): Promise<void> => { ▸a }'],
    ['what a factory makes', 'make.<anonymous>', 'function make() { return (a) => { ▸a } }'],
    ['an assigned member', 'go', 'const a: Record<string, F> = {}\na.go = function (b) { ▸b }'],
    ['a getter of a class in a constant', 'Frame.size', 'const Frame = class { get size(): number { ▸a } }'],
    ['a field of a class', 'Frame.onData', 'class Frame {\n a = 1\n onData = (a) => { ▸a }\n}'],
    ['a callback', 'pay.<anonymous>', 'function pay() { items.map((x) => { ▸throw x }) }'],
    [
      'a callback in a template',
      'pay.<anonymous>',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      'function pay() { return `a ${xs.map((x) => `${▸x} }`)} b` }',
    ],
    ['a function beside an inner one', 'outer', 'function outer() { const inner = () => { a }; ▸b }'],
    ['an inner function', 'inner', 'function outer() { function inner() { ▸a } }'],
    ['code outside', null, 'function pay() { }\n▸throw 1'],
    [
      'control flow',
      'pay',
      'function pay() { if (a) { for (const b of c) { switch (d) { case f(x): { ▸e } } } } }',
    ],
    [
      'brackets in texts and patterns',
      'pay',
      'function pay() { const a = "}"; const b = /[}/]{2}/; /* } */ // }\n ▸c }',
    ],
  ])('names %s', (_, name, source) => {
    expect(around(source)).toBe(name)
  })

  it('never fails on a text that is no program, nor takes long over it', () => {
    const parts = [
      '{',
      '}',
      '(',
      ')',
      '=>',
      'class',
      'function',
      'a',
      ':',
      '`',
      '${',
      "'",
      '/',
      '\n',
      '<',
      '>',
      '=',
      ';',
    ]
    let seed = 7
    const next = () => (seed = (seed * 48_271) % 2_147_483_647)
    for (let i = 0; i < 500; i++) {
      const text = Array.from({ length: 60 }, () => parts[next() % parts.length]).join(' ')
      expect(() => functionNames(text).at(1, 50)).not.toThrow()
    }
    const startedAt = performance.now()
    functionNames('({a:(b)=>{'.repeat(20_000))
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('reads a real file', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../agent/src/crash-desk.ts'), 'utf8')
    const lines = source.split('\n')
    const names = functionNames(source)
    const line = (text: string) => lines.findIndex((one) => one.includes(text)) + 1
    expect(names.at(line('const draft ='), 5)).toBe('finish')
    expect(names.at(line('loading--'), 5)).toBe('render.<anonymous>')
    expect(names.at(line('aftermath.tick()'), 5)).toBe('tick')
    expect(names.at(line('storm.admit'), 5)).toBe('crashing')
  })
})
