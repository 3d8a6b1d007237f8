/** The small parts every screen is put together from. */
import type { ReactNode } from 'react'

/** A figure with its unit: the unit is quiet, the figure takes colour only when it is abnormal. */
export function NumberUnit({ value, unit, tone }: { value: string; unit?: string; tone?: string }) {
  return (
    <span className="fig" style={tone ? { color: `var(--color-${tone})` } : undefined}>
      {value}
      {unit ? <small>{unit}</small> : null}
    </span>
  )
}

/** A tag; with `tone` it carries that state's tint. */
export function Tag({ children, tone, title }: { children: ReactNode; tone?: string; title?: string }) {
  return (
    <span className={tone ? `tag st c-${tone}` : 'tag'} title={title}>
      {children}
    </span>
  )
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd>{children}</kbd>
}

/** The one mark of selection: four corner ticks outside the object. Its parent is positioned. */
export function Reticle({ inset }: { inset?: string }) {
  return <span className="ret" style={inset ? { inset } : undefined} aria-hidden />
}

/** A region split off by hairlines, with a head of 34 px. */
export function Panel({
  title,
  aside,
  children,
  className = '',
}: {
  title: string
  aside?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section className={`panel ${className}`} aria-label={title}>
      <header className="ph">
        <h2>{title}</h2>
        <span className="sp" />
        {aside}
      </header>
      {children}
    </section>
  )
}

/** Names and values in two columns. */
export function Facts({
  rows,
  nameWidth = 86,
}: {
  rows: [name: string, value: ReactNode][]
  nameWidth?: number
}) {
  return (
    <dl className="kv" style={{ gridTemplateColumns: `${nameWidth}px minmax(0,1fr)` }}>
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="lbl">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
