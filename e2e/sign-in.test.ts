import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { startEngine, type RunningEngine } from './engine.ts';

let engine: RunningEngine | undefined;
let browser: Browser | undefined;
beforeAll(async () => {
  engine = await startEngine();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await engine?.stop();
});

/** A browser that has no session yet, on the page. */
async function visit(path = '/'): Promise<Page> {
  const page = await (await browser!.newContext()).newPage();
  await page.goto(`${engine!.url}${path}`);
  return page;
}

describe('signing in', () => {
  it('is asked of who has no token, and nothing else is shown', async () => {
    const page = await visit();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('is refused with a wrong token', async () => {
    const page = await visit('/#token=wrong');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('takes the token by hand, too', async () => {
    const page = await visit();
    await page.getByLabel('Token', { exact: true }).fill(engine!.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  });

  it('holds for this browser only', async () => {
    const signedIn = await visit(`/#token=${engine!.token}`);
    await signedIn.getByRole('navigation', { name: 'Pages' }).waitFor();
    const other = await visit();
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
  });
});
