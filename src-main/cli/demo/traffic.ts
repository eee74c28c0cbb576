import { z } from 'zod';
import type { FlightBatch } from './flights.ts';

/** A request of the Open Inference Protocol and how many flights it holds. */
interface InferRequest {
  readonly id: string;
  readonly first: number;
  readonly rowCount: number;
}

/** A true value that arrives after the prediction. */
export interface LateLabel {
  readonly requestId: string;
  readonly row: number;
  readonly value: number;
  readonly at: number;
}

const failure = z.object({ error: z.string() });
const concurrency = 2;

function toBody(batch: FlightBatch, request: InferRequest, shiftMs: number): string {
  const { first, rowCount } = request;
  const slice = <T>(values: readonly T[]): readonly T[] => values.slice(first, first + rowCount);
  const departedAt = slice(batch.departedAt).map((at) => at + shiftMs);
  const tensor = (name: string, datatype: string, data: readonly unknown[]): unknown => ({
    name,
    datatype,
    shape: [rowCount],
    data,
  });
  return JSON.stringify({
    id: request.id,
    inputs: [
      tensor(
        'scheduled',
        'FP64',
        departedAt.map((at) => at / 1000),
      ),
      tensor('distance', 'FP32', slice(batch.distance)),
      tensor('origin', 'BYTES', slice(batch.origin)),
      tensor('destination', 'BYTES', slice(batch.destination)),
      tensor('event_at', 'INT64', departedAt),
    ],
  });
}

/**
 * Sends flights to a deployment as its clients would, in order of departure, `rowsPerRequest` at a time, and answers the
 * labels that will be known later. `shiftMs` moves every departure, for what-if weeks.
 * @throws Error with the server's own words when a request fails
 */
export async function sendFlights(
  endpoint: { readonly url: string; readonly apiKey: string; readonly model: string },
  batch: FlightBatch,
  options: {
    readonly idPrefix: string;
    readonly rowsPerRequest: number;
    readonly shiftMs: number;
    readonly onSent: (rows: number) => void;
  },
): Promise<readonly LateLabel[]> {
  const requests: InferRequest[] = [];
  for (let first = 0; first < batch.departedAt.length; first += options.rowsPerRequest) {
    const rowCount = Math.min(options.rowsPerRequest, batch.departedAt.length - first);
    requests.push({ id: `${options.idPrefix}-${String(requests.length).padStart(5, '0')}`, first, rowCount });
  }
  const url = `${endpoint.url}/v2/models/${encodeURIComponent(endpoint.model)}/infer`;
  const send = async (request: InferRequest): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${endpoint.apiKey}`, 'content-type': 'application/json' },
      body: toBody(batch, request, options.shiftMs),
    });
    const body: unknown = await response.json();
    if (!response.ok)
      throw new Error(
        `${url} answered ${response.status}: ${failure.safeParse(body).data?.error ?? 'no reason given'}`,
      );
    options.onSent(request.rowCount);
  };
  let next = 0;
  const client = async (): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) await send(request);
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return requests.flatMap(({ id, first, rowCount }) =>
    Array.from({ length: rowCount }, (_, row) => ({
      requestId: id,
      row,
      value: batch.isLate[first + row] === true ? 1 : 0,
      at: (batch.departedAt[first + row] ?? 0) + options.shiftMs + 24 * 3600 * 1000,
    })),
  );
}
