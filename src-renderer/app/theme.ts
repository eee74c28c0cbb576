import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#eef0ff',
  '#dbe0ff',
  '#b6c0ff',
  '#8fa0ff',
  '#7487ff',
  '#5d6fff',
  '#435cff',
  '#193aec',
  '#1430c4',
  '#0f259a',
];

const dark: MantineColorsTuple = [
  '#e6e8ec',
  '#c9ced6',
  '#a8afbb',
  '#828a97',
  '#3a404b',
  '#2c313b',
  '#232730',
  '#15171c',
  '#101217',
  '#0b0c10',
];

/** Compact sizes, 4 px corners, hairlines instead of shadows. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark },
  white: '#ffffff',
  black: '#1b1e25',
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", monospace',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '1.35', sm: '1.35', md: '1.35', lg: '1.35', xl: '1.3' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '18px' }, h2: { fontSize: '15px' }, h3: { fontSize: '13px' } },
  },
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false, transitionProps: { duration: 100 } } },
  },
});

const shared = {
  '--row-height': '30px',
};

/** Surfaces, texts and states beyond Mantine's own; every text colour keeps 4.5:1 on every surface. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: shared,
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1b1e25',
    '--mantine-color-dimmed': '#5a6270',
    '--mantine-color-default-border': '#d9dde4',
    '--surface-1': '#f6f7f9',
    '--surface-2': '#eceef2',
    '--surface-selected': '#e6eaff',
    '--mantine-color-error': '#b3190f',
    '--focus': '#193aec',
    '--link': '#193aec',
    '--ok': '#17692f',
    '--warn': '#855200',
    '--danger': '#b3190f',
    '--info': '#193aec',
    '--idle': '#5a6270',
    '--bar': '#5d6fff',
  },
  dark: {
    '--mantine-color-body': '#15171c',
    '--mantine-color-text': '#e6e8ec',
    '--mantine-color-dimmed': '#a8afbb',
    '--mantine-color-default-border': '#31363f',
    '--surface-1': '#1b1e25',
    '--surface-2': '#232730',
    '--surface-selected': '#262d52',
    '--mantine-color-error': '#ff8c7d',
    '--focus': '#8fa0ff',
    '--link': '#8fa0ff',
    '--ok': '#5cc97c',
    '--warn': '#e3ad52',
    '--danger': '#ff8c7d',
    '--info': '#8fa0ff',
    '--idle': '#a8afbb',
    '--bar': '#6f82ff',
  },
});
