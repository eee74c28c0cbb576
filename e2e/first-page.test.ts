import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { buildPage, startEngine, type RunningEngine } from './engine.ts';

let engine: RunningEngine;
let browser: Browser;
let page: Page;
const problems: string[] = [];
const strangers: string[] = [];

/** Rows whose `late` follows from distance and origin. */
function flightsCsv(rows: number): string {
  const lines = ['late,distance,origin,day'];
  for (let row = 0; row < rows; row += 1) {
    const distance = (row * 97) % 2500;
    const origin = ['SFO', 'ORD', 'JFK'][row % 3] ?? '';
    lines.push(
      `${distance > 1800 || (origin === 'ORD' && distance > 900)},${distance},${origin},2001-01-${String((row % 28) + 1).padStart(2, '0')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

async function importCsv(name: string, rows: number): Promise<void> {
  const path = join(engine.dir, `${name}.csv`);
  await writeFile(path, flightsCsv(rows));
  await engine.call('datasets.import', { name, path });
}

beforeAll(async () => {
  buildPage();
  engine = await startEngine();
  browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== engine.url) strangers.push(request.url());
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(engine.url).host) strangers.push(socket.url());
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // oxlint-disable-next-line no-console -- how the page tells this test
      console.error(`the page's policy forbids ${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  await page.goto(`${engine.url}/#token=${engine.token}`);
});
afterAll(async () => {
  await browser.close();
  await engine.stop();
});
it('takes the token out of the address and shows an empty workspace with the way on', async () => {
  await page.getByText('Engine connected').waitFor();
  expect(page.url()).not.toContain(engine.token);
  await page.getByText('No datasets yet').waitFor();
  await page.getByText('npm run -s slipway -- dataset import').waitFor();
});

it('keeps its session when it is loaded again', async () => {
  await page.reload();
  await page.getByText('Engine connected').waitFor();
});

it('shows a dataset as soon as it is imported through another door, and its columns', async () => {
  await importCsv('flights', 6000);
  const row = page.getByRole('grid', { name: 'Datasets' }).getByRole('row').filter({ hasText: 'flights' });
  await row.getByText('6,000').waitFor();
  await row.click();
  const columns = page.getByRole('grid', { name: 'Columns of flights' });
  for (const name of ['late', 'distance', 'origin', 'day'])
    await columns.getByRole('gridcell', { name, exact: true }).waitFor();
  await columns.getByRole('gridcell', { name: 'distance', exact: true }).click();
  await page.locator('.detail .barlayer .point').first().waitFor();
  expect(page.url()).toContain('#/datasets/flights');
});

it('shows the values of a chart as a table, too', async () => {
  await page.getByText('Table', { exact: true }).click();
  await page.getByRole('grid', { name: 'Distribution of distance' }).getByRole('row').nth(5).waitFor();
});

it('draws the loss curve of a training while it runs, and cancels it', async () => {
  await page.getByRole('link', { name: 'Jobs' }).click();
  const { jobId } = (await engine.call('training.start', {
    dataset: 'flights',
    target: 'late',
    params: { epochs: 10_000, patience: 1000, batchSize: 64 },
  })) as { jobId: string };
  const training = page.getByRole('grid', { name: 'Jobs' }).getByRole('row').filter({ hasText: 'training' });
  await training.getByText('Running').click();
  expect(page.url()).toContain(jobId);
  const detail = page.locator('.detail');
  const curve = detail.locator('.scatterlayer .trace .js-line').first();
  await curve.waitFor({ state: 'attached' });
  const before = await curve.getAttribute('d');
  await expect.poll(() => curve.getAttribute('d'), { timeout: 20_000 }).not.toBe(before);
  await detail.locator('.detail-title').getByText('Running').waitFor();

  await detail.getByRole('button', { name: 'Cancel job' }).click();
  await detail.locator('.detail-title').getByText('Cancelled').waitFor();
  await page.getByText('No jobs running').waitFor();
});

it('is used with the keyboard alone', async () => {
  await page.getByRole('link', { name: 'Runs' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('grid', { name: 'Runs' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Parameters' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Parameters' }).waitFor({ state: 'detached' });
});

it('said nothing wrong in the console, broke no policy and asked nobody but its engine', () => {
  expect(problems).toEqual([]);
  expect(strangers).toEqual([]);
});
