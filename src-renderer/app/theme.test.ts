import { DEFAULT_THEME } from '@mantine/core';
import { expect, test } from 'vitest';
import { contrast } from './contrast.testing.ts';
import { resolveVariables } from './theme.ts';

const texts = [
  '--mantine-color-text',
  '--mantine-color-dimmed',
  '--link',
  '--ok',
  '--warn',
  '--danger',
  '--info',
  '--idle',
  '--mantine-color-error',
];
const surfaces = ['--mantine-color-body', '--surface-1', '--surface-2', '--surface-selected'];

test.each(['light', 'dark'] as const)('in the %s theme every text is readable on every surface', (scheme) => {
  const variables = new Map(Object.entries(resolveVariables(DEFAULT_THEME)[scheme]));
  const weak = texts.flatMap((text) =>
    surfaces.flatMap((surface) => {
      const ratio = contrast(variables.get(text) ?? '', variables.get(surface) ?? '');
      return ratio >= 4.5 ? [] : [`${text} on ${surface}: ${ratio.toFixed(2)}`];
    }),
  );
  expect(weak).toEqual([]);
});
