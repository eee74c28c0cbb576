import type { ServerResponse } from 'node:http';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run as runSchema } from '../../src-preload/contract/tracking/index.ts';
import type { CallContext } from '../handlers.ts';
import { notFound } from './errors.ts';
import { safeHeaders } from './respond.ts';
import type { Router } from './router.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** Streams one artifact of a run as a download: never shown inline, since it may be anybody's HTML. */
export async function sendArtifact(
  parts: { readonly router: Router; readonly openObject: (digest: string) => Readable; readonly context: CallContext },
  response: ServerResponse,
  runId: string,
  path: string,
): Promise<void> {
  const outcome = await parts.router.call('tracking.run', { runId }, parts.context);
  if (!outcome.ok) throw new SlipwayError(outcome.error);
  const artifact = runSchema.parse(outcome.value).artifacts.find((candidate) => candidate.path === path);
  if (artifact === undefined) throw notFound(`artifact ${path} of run ${runId}`);
  const stream = parts.openObject(artifact.digest);
  response.writeHead(200, {
    ...safeHeaders,
    'Content-Type': 'application/octet-stream',
    'Content-Length': artifact.sizeBytes,
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}`,
    'Cache-Control': 'private, no-cache',
  });
  await pipeline(stream, response);
}
