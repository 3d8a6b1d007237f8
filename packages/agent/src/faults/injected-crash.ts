/** What an injected fault throws into a handler. */

/** Knows the experiment and the firing it comes of, so that a crash report can prove it. */
export class InjectedCrash extends Error {
  override readonly name = 'InjectedCrash'
  readonly fault: string
  readonly kind: string
  readonly firing: string

  constructor(reason: string, fault: string, kind: string, firing: string) {
    super(reason)
    this.fault = fault
    this.kind = kind
    this.firing = firing
  }
}
