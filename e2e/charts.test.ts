import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type PlotlyModule from 'plotly.js';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';

/** What the page below tells of the bundle. */
interface Bundle {
  readonly traces: readonly string[];
  readonly buttons: readonly string[];
}

let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    define: { global: 'globalThis' },
    build: {
      write: false,
      target: 'chrome130',
      lib: { entry: join(import.meta.dirname, '../src-renderer/charts/plotly.ts'), formats: ['iife'], name: 'charts' },
    },
  });
  const [chunk] = (Array.isArray(output) ? output : [output]).flatMap((part) => ('output' in part ? part.output : []));
  if (chunk?.type !== 'chunk') throw new Error('the bundle has no code');
  const code = chunk.code;

  browser = await launchBrowser();
  page = await browser.newPage();
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.route('**/*', async (route) => {
    const isScript = route.request().url().endsWith('.js');
    await route.fulfill({
      contentType: isScript ? 'text/javascript' : 'text/html',
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:",
      },
      body: isScript
        ? code
        : '<!doctype html><title>charts</title><div id="chart"></div><script src="/charts.js"></script>',
    });
  });
  await page.goto('http://charts.test/');
});
afterAll(() => browser.close());

async function readBundle(): Promise<Bundle> {
  return await page.evaluate(async () => {
    const { Plotly } = (globalThis as unknown as { charts: { Plotly: typeof PlotlyModule } }).charts;
    const chart = document.querySelector<HTMLElement>('#chart');
    if (chart === null) throw new Error('the page has no #chart');
    const drawn: string[] = [];
    // A trace that is not registered is silently drawn as another one, so what was drawn is looked for.
    for (const [type, layer] of [
      ['scatter', '.scatterlayer .trace'],
      ['bar', '.barlayer .trace'],
    ] as const) {
      await Plotly.newPlot(chart, [{ type, x: [1, 2, 3], y: [2, 1, 3] }], { width: 400, height: 300 });
      if (chart.querySelector(layer) !== null) drawn.push(type);
    }
    const buttons = [...document.querySelectorAll<HTMLElement>('.modebar-btn')].map(
      (button) => button.dataset['title'] ?? '',
    );
    return { traces: drawn, buttons };
  });
}

it('draws every trace that charts use, under a policy without eval', async () => {
  const bundle = await readBundle();
  expect(bundle.traces).toEqual(['scatter', 'bar']);
  expect(problems).toEqual([]);
});

it('offers no button that sends a figure away', async () => {
  const { buttons } = await readBundle();
  expect(buttons.length).toBeGreaterThan(0);
  expect(buttons.filter((title) => /share|cloud|plotly/i.test(title))).toEqual([]);
});
