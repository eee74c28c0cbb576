import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../ids.ts';
import { badRequest, bodyTooLarge } from './errors.ts';

/** The largest file that may come through a browser: 16 GiB. */
export const uploadLimitBytes = 16 * 1024 ** 3;

/** Files that came through the HTTP door, kept until the engine stops so that a call can name them by path. */
export class Uploads {
  private readonly dir: string;
  private readonly limitBytes: number;

  constructor(dir: string, limitBytes: number = uploadLimitBytes) {
    this.dir = dir;
    this.limitBytes = limitBytes;
  }

  /**
   * Streams a request's body to a file of its own that ends in the given name.
   * @throws SlipwayError `http.bad-request` for a name that is none, `http.too-large`
   */
  async receive(request: IncomingMessage, fileName: string): Promise<{ path: string; sizeBytes: number }> {
    if (
      fileName === '' ||
      fileName !== basename(fileName) ||
      fileName.startsWith('.') ||
      /[\\\p{Cc}]/u.test(fileName) ||
      fileName.length > 200
    ) {
      throw badRequest(`"${fileName}" is not a file name.`, 'Send the bare name of the file as ?name=…');
    }
    const limitBytes = this.limitBytes;
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
    const folder = join(this.dir, newId());
    await mkdir(folder, { recursive: true });
    const path = join(folder, fileName);
    let sizeBytes = 0;
    const limit = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sizeBytes += chunk.length;
        if (sizeBytes > limitBytes) done(bodyTooLarge(limitBytes));
        else done(null, chunk);
      },
    });
    try {
      await pipeline(request, limit, createWriteStream(path, { flags: 'wx' }));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return { path, sizeBytes };
  }

  /** Removes every upload, those of a killed engine too. */
  async clear(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}
