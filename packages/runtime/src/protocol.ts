/** Types alone: what a process accepts, so that a wrong message is a compile error. */

declare const protocol: unique symbol

/** Carries `A` without a value; covariant. */
export interface Accepting<A> {
  readonly [protocol]: A
}

/** What a behaviour's process accepts, by kind. A raw process is typed by its plain message union instead. */
export interface Accepts<Info, Cast = never, Calls = NoCalls> {
  readonly [protocol]: { readonly info: Info; readonly cast: Cast; readonly calls: Calls }
}

export interface NoCalls {
  readonly [protocol]?: never
}

type Parts<A> = A extends { readonly [protocol]: infer P } ? P : never

/** Messages that `send` takes. */
export type InfoOf<A> = unknown extends A
  ? unknown
  : A extends { readonly [protocol]: { readonly info: infer I } }
    ? I
    : A

/** Messages that `cast` takes. */
export type CastOf<A> = unknown extends A ? unknown : Parts<A> extends { readonly cast: infer C } ? C : never

type CallTable<A> = Parts<A> extends { readonly calls: infer K } ? K : never

/** The `type`s that `call` takes. */
export type CallType<A> = unknown extends A ? string : Extract<keyof CallTable<A>, string>

/** The whole message for a call of type `K`. */
export type CallMessage<A, K extends string> = unknown extends A
  ? { readonly type: string; readonly [key: string]: unknown }
  : K extends keyof CallTable<A>
    ? CallTable<A>[K] extends (message: infer M) => unknown
      ? Tagged<K, M>
      : never
    : never

/** What a call of type `K` is answered with. */
export type CallReply<A, K extends string> = unknown extends A
  ? unknown
  : K extends keyof CallTable<A>
    ? CallTable<A>[K] extends (...message: never[]) => infer R
      ? Awaited<R>
      : never
    : never

/** `{ type: K }` and the fields of `M`, if it has any. */
export type Tagged<K extends string, M> = { readonly type: K } & (unknown extends M ? unknown : M)

/** The union of tagged messages of a table `{ reset: { to: number } }`. */
export type TaggedUnion<T> = { [K in Extract<keyof T, string>]: Tagged<K, T[K]> }[Extract<keyof T, string>]
