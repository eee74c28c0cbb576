import type { IncomingMessage } from 'node:http';
import { OipError } from './oip-error.ts';
import type { Body } from './oip-request.ts';

/** Larger requests are refused; a million numbers fit. */
export const maxBodyBytes = 16 * 1024 * 1024;
/** A refused body is read on up to here, so that the client reads the answer instead of a broken connection. */
const maxDiscardedBytes = 4 * maxBodyBytes;

function tooLarge(): OipError {
  return new OipError(413, `The request is larger than ${maxBodyBytes} bytes; send fewer rows at a time.`, {
    Connection: 'close',
  });
}

function collect(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        if (sizeBytes > maxDiscardedBytes) reject(tooLarge());
      }
    });
    request.on('end', () => {
      if (sizeBytes > maxBodyBytes) reject(tooLarge());
      else {
        const [only] = chunks;
        resolve(chunks.length === 1 && only !== undefined ? (only as Buffer<ArrayBuffer>) : Buffer.concat(chunks));
      }
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new OipError(400, 'The client ended the request before its body was whole.'));
    });
  });
}

/**
 * Reads a request's body, and divides it where the binary tensor extension is used.
 * @throws OipError 400, 413 or 415
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new OipError(415, `Content-Encoding "${encoding}" is not supported; send the body as it is.`);
  }
  if (Number(request.headers['content-length'] ?? 0) > maxDiscardedBytes) throw tooLarge();
  const bytes = await collect(request);
  const header = request.headers['inference-header-content-length'];
  if (header === undefined) return { json: bytes.toString('utf8'), binary: bytes.subarray(bytes.length) };
  const length = typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : Number.NaN;
  if (length === 0)
    throw new OipError(400, 'Requests without a JSON part (Inference-Header-Content-Length: 0) are not supported.');
  if (Number.isNaN(length) || length > bytes.length) {
    throw new OipError(
      400,
      `Inference-Header-Content-Length "${String(header)}" does not fit a body of ${bytes.length} bytes.`,
    );
  }
  return { json: bytes.toString('utf8', 0, length), binary: bytes.subarray(length) };
}
