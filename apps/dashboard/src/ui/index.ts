/** The design system, as screens import it. */
export { Button, type ButtonKind, HoldButton } from './button.tsx'
export { CopyButton, copyText } from './copy-button.tsx'
export { Dialog } from './dialog.tsx'
export {
  GLYPH_WORDS,
  GLYPHS,
  Glyph,
  GlyphMark,
  type GlyphName,
  Mark,
  StrategyGlyph,
  toneOf,
} from './glyphs.tsx'
export { Facts, Kbd, NumberUnit, Panel, Reticle, Tag } from './parts.tsx'
export { Bar, BucketBars, MailboxBar, Sparkline, type Tone } from './sparkline.tsx'
export { AfterAWhile, EmptyState, ErrorState, Outline, OutlineRows, SmallLamp } from './states.tsx'
export { type Choice, Segments, Tabs } from './tabs.tsx'
export { useIsPhone, useMedia } from './use-media.ts'
export { useSize } from './use-size.ts'
