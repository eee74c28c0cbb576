import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openTestDoor, testToken } from './testing.ts';
import { messageLimitBytes } from './websocket.ts';

type TestDoor = Awaited<ReturnType<typeof openTestDoor>>;
const opened: TestDoor[] = [];
async function open(...args: Parameters<typeof openTestDoor>): Promise<TestDoor> {
  const made = await openTestDoor(...args);
  opened.push(made);
  return made;
}
afterEach(async () => {
  for (const one of opened.splice(0)) await one.dispose();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Node's own client: `fetch` would not let a test choose Host, Origin or a path with dots. */
function ask(
  door: TestDoor,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: door.door.port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const bearer = { Authorization: `Bearer ${testToken}` };
const json = { 'Content-Type': 'application/json' };
const runId = '00000000-0000-7000-8000-000000000002';

describe('calls over HTTP', () => {
  it('answers with the value or the error, and who came through which door', async () => {
    const door = await open({ 'datasets.list': async () => [] });
    expect(
      await ask(door, 'POST', '/api/call/datasets.list', { ...bearer, ...json }, '{"includeTrash":true}'),
    ).toMatchObject({ status: 200, text: '[]' });
    expect(await ask(door, 'POST', '/api/call/datasets.list', { ...bearer, 'X-Slipway-Door': 'cli' })).toMatchObject({
      status: 200,
    });
    expect(door.actors.map((actor) => actor.door)).toEqual(['api', 'cli']);
    const wrong = await ask(door, 'POST', '/api/call/datasets.list', { ...bearer, ...json }, '{"includeTrash":1}');
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.text).error).toMatchObject({
      code: 'call.invalid',
      message: 'datasets.list cannot use this input: includeTrash: expected boolean, got 1.',
    });
    expect((await ask(door, 'POST', '/api/call/nothing', { ...bearer })).status).toBe(404);
    expect((await ask(door, 'POST', '/api/call/datasets.get', { ...bearer, ...json }, '{"dataset":"x"}')).status).toBe(
      500,
    );
  });

  it('needs the token for everything but health and the page', async () => {
    const door = await open({});
    for (const [method, path] of [
      ['POST', '/api/call/datasets.list'],
      ['GET', '/api/openapi.json'],
      ['GET', '/api/session'],
      ['POST', '/api/session/code'],
      ['POST', '/api/upload?name=a.csv'],
      ['GET', `/api/runs/${runId}/artifacts/model.onnx`],
      ['GET', '/api/unknown'],
    ] as const) {
      const answer = await ask(door, method, path);
      expect(answer.status, path).toBe(401);
      expect(JSON.parse(answer.text).error.code).toBe('http.unauthorized');
      expect((await ask(door, method, path, { Authorization: 'Bearer wrong' })).status, path).toBe(401);
    }
    expect(JSON.parse((await ask(door, 'GET', '/api/health')).text)).toMatchObject({ status: 'ok' });
  });

  it('refuses other names for this machine and other sites’ pages', async () => {
    const door = await open({ 'datasets.list': async () => [] });
    const { port } = door.door;
    for (const headers of [
      { Host: `evil.example:${port}` },
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const answer = await ask(door, 'POST', '/api/call/datasets.list', { ...bearer, ...headers });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text).error.code).toBe('http.forbidden');
      expect((await ask(door, 'GET', '/api/health', headers)).status).toBe(403);
    }
    const own = { Host: `localhost:${port}`, Origin: `http://localhost:${port}` };
    expect((await ask(door, 'POST', '/api/call/datasets.list', { ...bearer, ...own })).status).toBe(200);
    expect(
      (await ask(door, 'POST', '/api/call/datasets.list', { ...bearer, ...own })).headers[
        'access-control-allow-origin'
      ],
    ).toBeUndefined();
  });

  it('reads JSON only, up to a limit, and says what is wrong with it', async () => {
    const door = await open({ 'datasets.list': async () => [] });
    const post = (headers: Record<string, string>, body: string | Buffer) =>
      ask(door, 'POST', '/api/call/datasets.list', { ...bearer, ...headers }, body);
    expect((await post(json, '{"a":')).text).toContain('The body is not JSON');
    expect((await post({ 'Content-Type': 'text/plain' }, '{}')).text).toContain('The body\'s type is \\"text/plain\\"');
    expect((await post({ ...json, 'Content-Length': String(messageLimitBytes + 1) }, '')).status).toBe(413);
    const chunked = await post(
      { ...json, 'Transfer-Encoding': 'chunked' },
      Buffer.alloc(messageLimitBytes + 1, 32),
    ).catch((error: unknown) => error);
    // The connection may be cut while the client still sends; what matters is that the body is not taken.
    if (!(chunked instanceof Error)) expect((chunked as Answer).status).toBe(413);
    expect((await post({}, '')).status).toBe(200);
  });

  it('aborts the handler when the caller hangs up', async () => {
    let aborted: () => void = () => undefined;
    const isAborted = new Promise<void>((resolve) => (aborted = resolve));
    let started: () => void = () => undefined;
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    const door = await open({
      'jobs.wait': async (_input, { signal }) => {
        signal.addEventListener('abort', () => aborted());
        started();
        return new Promise(() => undefined);
      },
    });
    const controller = new AbortController();
    const waiting = fetch(`${door.door.url}/api/call/jobs.wait`, {
      method: 'POST',
      signal: controller.signal,
      headers: { ...bearer, ...json },
      body: JSON.stringify({ jobId: runId }),
    });
    await isStarted;
    controller.abort();
    await expect(waiting).rejects.toThrow('abort');
    await isAborted;
  });
});

describe('a browser’s session', () => {
  it('is opened with the token or a code, carries no token, and is closed', async () => {
    const door = await open({ 'datasets.list': async () => [] });
    const sign = (token: unknown) => ask(door, 'POST', '/api/session', json, JSON.stringify({ token }));
    expect((await sign('wrong')).status).toBe(401);
    expect((await sign(5)).status).toBe(400);
    const answer = await sign(testToken);
    expect(answer.status).toBe(204);
    const set = String(answer.headers['set-cookie']?.[0]);
    expect(set).toMatch(
      new RegExp(`^slipway-${door.door.port}=[^;]+; Path=/api; HttpOnly; SameSite=Strict; Max-Age=\\d+$`),
    );
    expect(set).not.toContain(testToken);
    const cookie = { Cookie: set.split(';')[0]! };
    expect((await ask(door, 'GET', '/api/session', cookie)).status).toBe(204);
    expect((await ask(door, 'POST', '/api/call/datasets.list', cookie)).status).toBe(200);
    expect(door.actors.at(-1)?.door).toBe('browser');
    expect(
      (await ask(door, 'POST', '/api/call/datasets.list', { ...cookie, Origin: 'http://127.0.0.1:1' })).status,
    ).toBe(403);
    expect((await ask(door, 'DELETE', '/api/session', cookie)).headers['set-cookie']?.[0]).toContain('Max-Age=0');

    const code: unknown = JSON.parse((await ask(door, 'POST', '/api/session/code', bearer)).text).code;
    expect((await sign(code)).status).toBe(204);
    expect((await sign(code)).status).toBe(401);
    expect((await sign(door.door.issueCode())).status).toBe(204);
  });
});

describe('the page', () => {
  async function withPage(): Promise<TestDoor> {
    const door = await open({});
    const root = join(door.dir, 'renderer');
    await mkdir(join(root, 'assets'), { recursive: true });
    await writeFile(join(root, 'index.html'), '<!doctype html>page');
    await writeFile(join(root, 'assets', 'index-abc.js'), 'export {};');
    await writeFile(join(door.dir, 'secret.txt'), 'secret');
    await symlink(join(door.dir, 'secret.txt'), join(root, 'link.txt'));
    return door;
  }

  it('is served with a strict policy, and for every address of its own', async () => {
    const door = await withPage();
    for (const path of ['/', '/runs/123', '/?x=1'])
      expect(await ask(door, 'GET', path)).toMatchObject({ status: 200, text: '<!doctype html>page' });
    const { headers } = await ask(door, 'GET', '/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${door.door.port};`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
    });
    const asset = await ask(door, 'GET', '/assets/index-abc.js');
    expect(asset.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect(await ask(door, 'HEAD', '/')).toMatchObject({ status: 200, text: '' });
    expect((await ask(door, 'POST', '/')).status).toBe(404);
  });

  it('never leaves its folder', async () => {
    const door = await withPage();
    for (const path of [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/../../secret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/link.txt',
      '/%00.txt',
      '/%zz.txt',
      '//etc/hostname.txt',
      '/absent.js',
    ]) {
      const answer = await ask(door, 'GET', path);
      expect(answer.text, path).not.toContain('secret\n');
      expect(answer.text, path).not.toBe('secret');
      expect([400, 404], path).toContain(answer.status);
    }
  });

  it('says so when it was not built', async () => {
    const door = await open({});
    expect((await ask(door, 'GET', '/')).text).toContain('npm start');
    expect((await ask(door, 'GET', '/assets/x.js')).status).toBe(404);
  });
});

describe('bytes', () => {
  it('takes an upload as a file of its own, up to a limit, under a plain name', async () => {
    const door = await open({}, { uploadLimitBytes: 1000 });
    const answer = await ask(
      door,
      'POST',
      `/api/upload?name=${encodeURIComponent('flüge 1.csv')}`,
      bearer,
      'a,b\n1,2\n',
    );
    expect(answer.status).toBe(200);
    const { path, sizeBytes } = JSON.parse(answer.text) as { path: string; sizeBytes: number };
    expect(sizeBytes).toBe(8);
    expect(path.endsWith('flüge 1.csv')).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('a,b\n1,2\n');
    for (const name of ['', '..', '../x.csv', 'a/b.csv', 'a\\b.csv', '.hidden', 'a\nb', 'x'.repeat(300)]) {
      expect((await ask(door, 'POST', `/api/upload?name=${encodeURIComponent(name)}`, bearer, 'x')).status, name).toBe(
        400,
      );
    }
    expect(
      (
        await ask(
          door,
          'POST',
          '/api/upload?name=a.csv',
          { ...bearer, 'Content-Length': '1001' },
          Buffer.alloc(1001),
        ).catch(() => ({ status: 413 }))
      ).status,
    ).toBe(413);
    await door.door.close();
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('sends a run’s artifact as a download', async () => {
    const digest = createHash('sha256').update('<script>').digest('hex');
    const run = {
      id: runId,
      name: 'r',
      status: 'finished',
      jobId: null,
      datasetVersionId: null,
      splitId: null,
      params: {},
      metrics: {},
      tags: {},
      artifacts: [{ path: 'plots/é.html', digest, sizeBytes: 8 }],
      actor: { name: 'T', key: 't', door: 'api' },
      createdAt: 1,
      startedAt: null,
      endedAt: null,
    } as const;
    const door = await open(
      { 'tracking.run': async () => ({ ...run, artifacts: [...run.artifacts] }) },
      { artifacts: { [digest]: '<script>' } },
    );
    const answer = await ask(door, 'GET', `/api/runs/${runId}/artifacts/plots/${encodeURIComponent('é.html')}`, bearer);
    expect(answer).toMatchObject({ status: 200, text: '<script>' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''%C3%A9.html",
    });
    expect((await ask(door, 'GET', `/api/runs/${runId}/artifacts/other`, bearer)).status).toBe(404);
    expect((await ask(door, 'GET', '/api/runs/nonsense/artifacts/other', bearer)).status).toBe(400);
  });
});

describe('the port', () => {
  it('moves aside when it is taken, and says so', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const door = await open({}, { port: taken });
    expect(door.door.port).not.toBe(taken);
    expect(door.notices).toEqual([`Port ${taken} is taken, so port ${door.door.port} is used instead.`]);
    expect((await ask(door, 'GET', '/api/health')).status).toBe(200);
    await new Promise((resolve) => blocker.close(resolve));
  });

  it('listens on the loopback interface alone', async () => {
    const door = await open({});
    expect(door.door.url).toBe(`http://127.0.0.1:${door.door.port}`);
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: door.door.port });
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    expect(reached).toBe(false);
  });

  it('survives what is not HTTP', async () => {
    const door = await open({});
    for (const bytes of [
      '\0\0\0\0',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`,
      'POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: door.door.port }, () => socket.end(bytes));
        socket.on('close', () => resolve());
        socket.on('error', () => undefined);
        socket.resume();
      });
    }
    expect((await ask(door, 'GET', '/api/health')).status).toBe(200);
  });
});
