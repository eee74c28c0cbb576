import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { startEngine, type RunningEngine } from './engine.ts';

let engine: RunningEngine;
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  engine = await startEngine();
});
afterAll(async () => {
  // Either may be missing where the other did not start.
  await (browser as Browser | undefined)?.close();
  await (engine as RunningEngine | undefined)?.stop();
});

/** A new visitor, and what went wrong while they looked. */
async function visit(address: string): Promise<{ page: Page; faults: string[]; hosts: Set<string> }> {
  const page = await (await browser.newContext()).newPage();
  const faults: string[] = [];
  const hosts = new Set<string>();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(address);
  return { page, faults, hosts };
}

describe('the first page', () => {
  it('lets in who brings the token, and takes it out of the address', async () => {
    const { page, faults, hosts } = await visit(`${engine.url}/#token=${engine.token}`);
    await page.getByRole('navigation').getByText('Datasets').waitFor();
    expect(page.url()).not.toContain(engine.token);
    expect([...hosts]).toEqual([new URL(engine.url).host]);
    expect(faults).toEqual([]);
  });

  it('goes from page to page', async () => {
    const { page, faults } = await visit(`${engine.url}/#token=${engine.token}`);
    for (const name of ['Runs', 'Models', 'Deployments', 'Jobs', 'Datasets']) {
      await page.getByRole('navigation').getByText(name, { exact: true }).click();
      await page.getByRole('heading', { name, exact: true }).waitFor();
    }
    expect(faults).toEqual([]);
  });

  it('shows nothing to who has no token', async () => {
    const { page } = await visit(`${engine.url}/`);
    await page.getByText(/token/i).first().waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });
});
