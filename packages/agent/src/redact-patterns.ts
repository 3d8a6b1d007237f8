/** What is taken for a secret unless told otherwise: names of keys, and shapes of text. */

/** Text patterns replace what they match by `[redacted]`; `keep` gives the part of a match that stays readable. */
export interface TextPattern {
  why: string
  /** Cheap test: where it fails the pattern cannot match. */
  hint: RegExp
  pattern: RegExp
  keep?: (match: string, groups: string[]) => string
  accept?: (match: string) => boolean
}

/** Tested against a key in lower case with everything but letters and digits removed. */
export const SECRET_KEY =
  /passw(?:or)?d|passphrase|^pwd$|secret|token(?!iz)|authori[sz]ation|cookie|apikey|accesskey|privatekey|signingkey|encryptionkey|credential|creditcard|cardnumber|^cc(?:num(?:ber)?)?$|^(?:card)?(?:cvv2?|cvc2?)$|^pan$|^ssn$|sessionid|connectionstring|^(?:x)?csrf|^otp$|^pin$/

const KEY_WORDS =
  'pass(?:wor)?d|passwd|passphrase|pwd|secret|token|authorization|(?:set-)?cookie|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|credentials?'

export const TEXT_PATTERNS: readonly TextPattern[] = [
  {
    why: 'private key',
    hint: /-----BEGIN/,
    // Without its end too: a text may have been cut inside the key.
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g,
  },
  {
    why: 'authorization',
    hint: /bearer|basic|digest/i,
    pattern: /\b(bearer|basic|digest)(\s+)[\w.~+/=-]{6,}/gi,
    keep: (_match, [scheme = '', space = '']) => `${scheme}${space}[redacted]`,
  },
  {
    why: 'token',
    hint: /eyJ/,
    pattern: /\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g,
  },
  {
    why: 'api key',
    hint: /[spr]k[-_]|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|xox|AIza|npm_|SG\./,
    pattern:
      /\b(?:(?:sk|pk|rk)[-_][\w-]{12,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|xox[abeoprs]-[\w-]{8,}|AIza[\w-]{20,}|npm_\w{20,}|SG\.[\w-]{12,}\.[\w-]{12,})/g,
  },
  {
    why: 'password in an address',
    hint: /:\/\//,
    pattern: /(:\/\/[^\s:/?#@]{0,255}:)[^\s/?#]{1,512}(?=@)/g,
    keep: (_match, [before = '']) => `${before}[redacted]`,
  },
  {
    why: 'header',
    hint: /authorization|cookie|passphrase/i,
    // These go on to the end of the line: `cookie: a=1; b=2`.
    pattern:
      /((?:proxy-)?authorization|(?:set-)?cookie2?|passphrase)(["'`\]]*\s*(?:=>|[:=])\s*)(?!["'`])[^\r\n]+/gi,
    keep: (_match, [name = '', colon = '']) => `${name}${colon}[redacted]`,
  },
  {
    why: 'named secret',
    hint: /pass|pwd|secret|token|authorization|cookie|key|credential/i,
    pattern: new RegExp(
      `((?:${KEY_WORDS})["'\`\\]]*\\s*(?:=>|[:=])\\s*)(\\[redacted[^\\]]*\\]|"(?:[^"\\\\]|\\\\.)*(?:"|$)|'(?:[^'\\\\]|\\\\.)*(?:'|$)|\`[^\`]*(?:\`|$)|[^\\s,;&}\\])]+(?:\\s+\\[redacted\\])?)`,
      'gi',
    ),
    keep: (_match, [before = '']) => `${before}[redacted]`,
  },
  {
    why: 'card number',
    hint: /\d(?:[ -]?\d){11}/,
    pattern: /(?<![\d.])[2-6]\d(?:[ -]?\d){11,17}(?![\d.]\d)/g,
    accept: isCardNumber,
  },
]

/** Shorter than any secret that is known by its shape, a name and a value included. */
export const SHORTEST = 5

/** Fails for nearly every text that holds no secret, in one pass. */
export const ANY_HINT = new RegExp(TEXT_PATTERNS.map(({ hint }) => hint.source).join('|'), 'i')

/** Luhn's check, on the lengths and first digits that cards have. */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]\d+$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48
    if (i % 2 === 1) {
      digit *= 2
      if (digit > 9) digit -= 9
    }
    sum += digit
  }
  return sum % 10 === 0
}
