/** The strategy glyph on a canvas: three bars, the filled ones restart when the middle exits. */
import type { Strategy } from '@orrery/protocol'
import { STRATEGY_BARS } from '../ui/glyphs.tsx'

export function paintStrategy(
  ctx: CanvasRenderingContext2D,
  strategy: Strategy,
  colour: string,
  x: number,
  y: number,
  width: number,
): void {
  ctx.save()
  ctx.translate(x, y)
  ctx.scale(width / 18, width / 18)
  ctx.fillStyle = colour
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.1
  STRATEGY_BARS[strategy].forEach(([isFilled, isDashed], index) => {
    ctx.setLineDash(isDashed ? [1.6, 1.4] : [])
    const left = 1 + index * 6
    if (isFilled) ctx.fillRect(left, 1.5, 4, 9)
    ctx.strokeRect(left, 1.5, 4, 9)
  })
  ctx.restore()
}
