/** Colours for a few lines of TypeScript: keywords, strings, numbers, comments. Reads one line at a time and never fails. */
export type Token = { kind: 'keyword' | 'string' | 'number' | 'comment' | 'plain'; text: string }

const TOKEN =
  /(\/\/.*$|\/\*.*?(?:\*\/|$))|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`\\]|\\.)*`?)|\b(\d[\d_]*(?:\.\d+)?n?)\b|\b(async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|private|public|readonly|return|static|super|switch|this|throw|try|type|typeof|undefined|var|void|while|yield|true|false)\b/g

export function tokens(line: string): Token[] {
  const found: Token[] = []
  let at = 0
  for (const match of line.matchAll(TOKEN)) {
    if (match.index > at) found.push({ kind: 'plain', text: line.slice(at, match.index) })
    const [text, comment, string, number] = match
    found.push({ kind: comment ? 'comment' : string ? 'string' : number ? 'number' : 'keyword', text })
    at = match.index + text.length
  }
  if (at < line.length) found.push({ kind: 'plain', text: line.slice(at) })
  return found
}
