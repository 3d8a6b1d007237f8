/**
 * The words a report is found by. Names in programs are several words in one (`FrameBuffer.push`, `frame_overrun`,
 * `link.ts:142`), so both what is stored and what is typed are split the same way, and every typed word must begin one
 * that is stored.
 */

const MAX_CHARS = 2_048
const MAX_QUERY_WORDS = 16

/** A bag of words, each once, whole names before their parts. */
export function searchText(texts: Iterable<string>): string {
  const words = new Set<string>()
  let length = 0
  for (const text of texts) {
    for (const word of wordsOf(text)) {
      if (words.has(word)) continue
      length += word.length + 1
      if (length > MAX_CHARS) return [...words].join(' ')
      words.add(word)
    }
  }
  return [...words].join(' ')
}

/** The words that were typed, each once: letters and digits alone. */
export function queryWords(text: string): string[] {
  return [...new Set(typedWords(text))].slice(0, MAX_QUERY_WORDS)
}

/** Such words as a `tsquery`. */
export function tsquery(words: readonly string[]): string {
  return words.map((word) => `'${word}':*`).join(' & ')
}

/** `FrameBuffer` is stored as `framebuffer`, `frame` and `buffer`. */
function wordsOf(text: string): string[] {
  return runs(text).flatMap((run) => {
    const parts = run.split(/(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u)
    return parts.length > 1
      ? [run.toLowerCase(), ...parts.map((part) => part.toLowerCase())]
      : [run.toLowerCase()]
  })
}

/** What is typed is not taken apart at capitals: `framebuf` and `FrameBuf` mean the same. */
function typedWords(text: string): string[] {
  return runs(text).map((run) => run.toLowerCase())
}

/** Runs of letters and digits; nothing of a tsquery's own syntax is among them. */
function runs(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? []
}
