import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidates, launchBrowser } from './browser.ts';

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((_, response) => response.end('<title>up</title><p>Hello, harbour</p>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

describe('launchBrowser', () => {
  it('opens a page in the first browser that starts', async () => {
    const browser = await launchBrowser();
    const page = await browser.newPage();
    await page.goto(url);
    expect(await page.title()).toBe('up');
    await browser.close();
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'opens a page, with text, in the one that npm brings',
    async () => {
      const browser = await launchBrowser([candidates.bundled]);
      const page = await browser.newPage();
      await page.goto(url);
      const box = await page.locator('p').boundingBox();
      expect(box?.height).toBeGreaterThan(10);
      await browser.close();
    },
  );

  it('says what is wrong where none starts', async () => {
    const none = { name: 'nowhere', find: async () => null };
    const broken = { name: 'broken', find: async () => ({ path: '/nowhere/chromium', env: {} }) };
    await expect(launchBrowser([none, broken])).rejects.toThrow(
      /No browser starts here.*nowhere: none found\nbroken \(\/nowhere\/chromium\)/s,
    );
  });
});
