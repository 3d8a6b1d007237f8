'use client'
/** Who matches, a cell each, and who of them is taken: the places are those the hub takes. */
import { useMemo } from 'react'
import { count } from '../live/format.ts'
import { useSize } from '../ui/use-size.ts'
import { cellsOf } from './cells-model.ts'

export function TargetCells({ matching, taken, seed }: { matching: number; taken: number; seed: number }) {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const cells = useMemo(() => cellsOf(matching, taken, seed, width), [matching, taken, seed, width])
  const paths = useMemo(() => {
    if (cells === null) return { rest: '', taken: '' }
    const { columns, step, picked } = cells
    const isTaken = new Set(picked)
    const side = step > 6 ? 6.4 : step > 4 ? 3.5 : 2.2
    const half = step > 6 ? 4 : step > 4 ? 3.2 : 2.2
    let rest = ''
    let hit = ''
    for (let place = 0; place < matching; place++) {
      const x = (place % columns) * step
      const y = Math.floor(place / columns) * step
      const [mx, my] = [x + side / 2, y + side / 2]
      if (isTaken.has(place)) hit += `M${mx} ${my - half}l${half} ${half}l${-half} ${half}l${-half} ${-half}z`
      else rest += `M${x} ${y}h${side}v${side}h${-side}z`
    }
    return { rest, taken: hit }
  }, [cells, matching])
  return (
    <div ref={ref} className="fl-cells">
      {cells === null ? null : (
        <svg
          className="gl"
          width={width}
          height={cells.height}
          role="img"
          aria-label={`${count(taken)} of ${count(matching)} that match are taken`}
        >
          <path d={paths.rest} fill="var(--color-cell)" />
          <path d={paths.taken} fill="var(--color-fault)" />
        </svg>
      )}
    </div>
  )
}
