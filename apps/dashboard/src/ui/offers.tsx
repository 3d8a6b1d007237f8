/** What may be typed next, as a list under its field. The field keeps the focus, and says by `aria-activedescendant` which one is meant. */

export interface Offered {
  text: string
  label: string
  about: string
}

/** Of the option at this place. */
export function offerId(list: string, at: number): string {
  return `${list}-${at}`
}

export function Offers<T extends Offered>({
  id,
  offers,
  at,
  onAccept,
}: {
  id: string
  /** `null` where nothing is offered now. */
  offers: readonly T[] | null
  /** Which one is meant; -1 for none. */
  at: number
  onAccept: (offer: T) => void
}) {
  return (
    <div id={id} role="listbox" aria-label="What may be typed" className="offers" hidden={offers === null}>
      {offers?.map((offer, i) => (
        <div
          key={offer.text}
          id={offerId(id, i)}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          className={i === at ? 'on' : ''}
          // Before the field loses the focus.
          onPointerDown={(event) => {
            event.preventDefault()
            onAccept(offer)
          }}
        >
          <span className="m">{offer.label}</span>
          <span className="i3 el">{offer.about}</span>
        </div>
      ))}
    </div>
  )
}

/** A text with the part underlined that is wrong in it, `to` exclusive. */
export function Underlined({ text, from, to }: { text: string; from: number; to: number }) {
  return (
    <span className="m">
      {text.slice(0, from)}
      <u>{text.slice(from, to)}</u>
      {text.slice(to)}
    </span>
  )
}
