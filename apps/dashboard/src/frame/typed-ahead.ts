/** What is typed between ⌘K and the palette's arrival belongs to the palette. */

type Stroke = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** The text after one key, or `null` where the key ends it. `undefined` for keys that mean nothing here. */
export function typedAhead(text: string, stroke: Stroke): string | null | undefined {
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return undefined
  if (stroke.key === 'Escape') return null
  if (stroke.key === 'Backspace') return text.slice(0, -1)
  return [...stroke.key].length === 1 ? text + stroke.key : undefined
}
