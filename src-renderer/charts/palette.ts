/**
 * Eight line colours a theme, told apart by people with any of the three colour-blindnesses
 * (after Petroff, arXiv:2107.02270, tuned for each background), and what surrounds the lines.
 */
export interface Palette {
  readonly lines: readonly string[];
  /** Bars cover more than lines do, so they are lighter. */
  readonly bar: string;
  readonly text: string;
  readonly dimmed: string;
  readonly grid: string;
  readonly surface: string;
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    lines: ['#193aec', '#ff5c01', '#c51f11', '#c447a2', '#ae8c6e', '#9487df', '#5d6fff', '#656364'],
    bar: '#5d6fff',
    text: '#1b1e25',
    dimmed: '#5a6270',
    grid: '#e3e6eb',
    surface: '#ffffff',
  },
  dark: {
    lines: ['#435cff', '#fa7f14', '#dc2407', '#be50b3', '#a4aa8b', '#8acadf', '#5296ff', '#6f7263'],
    bar: '#5296ff',
    text: '#e6e8ec',
    dimmed: '#a8afbb',
    grid: '#2c313b',
    surface: '#15171c',
  },
};

const dashes = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** Colour and dash of the `index`-th line: after eight colours the dash changes. */
export function lineLook(
  palette: Palette,
  index: number,
): { readonly color: string; readonly dash: (typeof dashes)[number] } {
  const { lines } = palette;
  return {
    color: lines[index % lines.length] ?? palette.text,
    dash: dashes[Math.floor(index / lines.length) % dashes.length] ?? 'solid',
  };
}
