import type { ReactNode } from 'react'

/** A part beside the report, under its title. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="sec">
      <div className="row sec-head">
        <h2>{title}</h2>
        <span className="sp" />
        {aside}
      </div>
      {children}
    </section>
  )
}
