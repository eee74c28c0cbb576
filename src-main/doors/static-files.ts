import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { notFound } from './errors.ts';
import { safeHeaders } from './respond.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * What a page may load: its own files only. Styles may be inline because the interface's kit and the charts put
 * `<style>` elements into the page; `ws:` is named for browsers whose 'self' does not cover it.
 */
export function contentSecurityPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const pageWhenNotBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Slipway</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}</style>
<h1>The engine runs; its pages are not built</h1>
<p>Run <code>npm start</code> in Slipway's folder: it builds the pages and opens them. The command line and the API work meanwhile.</p></html>`;

/** The file a path names, inside `root` even after links are followed; null where there is none. */
async function locate(root: string, urlPath: string): Promise<string | null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null;
  try {
    const realRoot = await realpath(root);
    const found = await realpath(join(realRoot, decoded));
    if (!found.startsWith(realRoot + sep)) return null;
    return (await stat(found)).isFile() ? found : null;
  } catch {
    return null;
  }
}

/** Answers GET and HEAD with a file of the built interface; paths without an extension get the page itself. */
export async function serveStatic(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  urlPath: string,
): Promise<void> {
  const isPage = extname(urlPath) === '';
  const path = await locate(root, isPage ? '/index.html' : urlPath);
  const headers = { ...safeHeaders, 'Content-Security-Policy': contentSecurityPolicy(request.headers.host ?? '') };
  if (path === null) {
    if (!isPage) throw notFound(urlPath);
    response.writeHead(200, { ...headers, 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : pageWhenNotBuilt);
    return;
  }
  const file = await open(path);
  try {
    const { size } = await file.stat();
    // The build names files in assets/ after their content.
    const isImmutable = urlPath.startsWith('/assets/');
    response.writeHead(200, {
      ...headers,
      'Content-Type': contentTypes[extname(path)] ?? 'application/octet-stream',
      'Content-Length': size,
      'Cache-Control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else await pipeline(createReadStream(path), response);
  } finally {
    await file.close();
  }
}
