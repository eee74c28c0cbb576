import { expect, test } from 'vitest';
import { palettes } from './palette.ts';

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((channel) =>
    channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast as WCAG 2.2 defines it. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test.each(['light', 'dark'] as const)('in the %s theme lines stand out at 3 to 1 and words at 4.5 to 1', (scheme) => {
  const { lines, bar, text, dimmed, surface } = palettes[scheme];
  for (const color of [...lines, bar]) expect(contrast(color, surface)).toBeGreaterThanOrEqual(3);
  for (const color of [text, dimmed]) expect(contrast(color, surface)).toBeGreaterThanOrEqual(4.5);
});
