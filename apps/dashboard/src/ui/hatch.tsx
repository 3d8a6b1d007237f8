/** The one hatch: violet leans right where we did it, grey leans left where nothing is heard. Stands in `defs`. */
export function Hatch({ id, of }: { id: string; of: 'fault' | 'stale' }) {
  const isFault = of === 'fault'
  return (
    <pattern
      id={id}
      width="5"
      height="5"
      patternUnits="userSpaceOnUse"
      patternTransform={`rotate(${isFault ? 45 : 135})`}
    >
      <rect
        width={isFault ? 1.6 : 1.2}
        height="5"
        fill={isFault ? 'var(--color-fault)' : 'var(--color-line-2)'}
      />
    </pattern>
  )
}
