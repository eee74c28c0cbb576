import { expect, test } from 'vitest';
import { contrast } from '../app/contrast.testing.ts';
import { palettes } from './palette.ts';

test.each(['light', 'dark'] as const)('in the %s theme lines stand out at 3 to 1 and words at 4.5 to 1', (scheme) => {
  const { lines, bar, text, dimmed, surface } = palettes[scheme];
  for (const color of [...lines, bar]) expect(contrast(color, surface)).toBeGreaterThanOrEqual(3);
  for (const color of [text, dimmed]) expect(contrast(color, surface)).toBeGreaterThanOrEqual(4.5);
});
