import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Signature } from '../../src-preload/contract/models/index.ts';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import { defineCommands } from './command.ts';
import { unexpectedFile } from './errors.ts';
import { table, type Cell } from './format.ts';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const rowsFile = z.array(z.record(z.string(), cell)).min(1);
const answerSchema = z.object({
  id: z.string().optional(),
  outputs: z.array(z.object({ name: z.string(), data: z.array(cell) })),
});
const faultSchema = z.object({ error: z.string() });

async function readRows(path: string): Promise<z.infer<typeof rowsFile>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw unexpectedFile(path, error instanceof Error ? error.message : String(error));
  }
  const rows = rowsFile.safeParse(Array.isArray(parsed) ? parsed : [parsed]);
  if (!rows.success) throw unexpectedFile(path, 'it needs a JSON list of rows, each an object of column to value');
  return rows.data;
}

/** Rows as tensors, one rank-1 input per column; a value that is absent is sent as missing. */
export function toInputs(signature: Signature, rows: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return signature.inputs.map((input) => ({
    name: input.name,
    datatype: input.datatype,
    shape: [rows.length],
    data: rows.map((row) => row[input.name] ?? (input.datatype === 'BYTES' ? '' : null)),
  }));
}

/** A column that the model does not take is most often a misspelt one, whose values would then count as missing. */
function refuseUnknownColumns(signature: Signature, rows: z.infer<typeof rowsFile>): void {
  const names = signature.inputs.map((input) => input.name);
  const stranger = rows.flatMap((row) => Object.keys(row)).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  throw new SlipwayError({
    code: 'cli.unknown-column',
    message: `The model has no input "${stranger}".`,
    hint: `It takes ${names.map((name) => `"${name}"`).join(', ')}. Leave the column out or correct its name.`,
  });
}

export const commands = defineCommands({
  verb: '',
  summary: 'Send rows to a deployment',
  positionals: ['DEPLOYMENT'],
  options: {
    file: {
      type: 'text',
      value: 'FILE',
      summary: 'JSON: one row or a list of rows, each an object of column to value (required)',
    },
  },
  examples: ['slipway predict delays --file rows.json'],
  calls: ['serving.get', 'serving.apiKey', 'models.version'],
  run: async ({ args, connect, signal }) => {
    const rows = await readRows(resolve(args.requiredText('file')));
    const session = await connect();
    const deployment = await session.call('serving.get', { deployment: args.word('DEPLOYMENT') });
    const [arm] = deployment.arms;
    const { apiKey } = await session.call('serving.apiKey', { deployment: deployment.name });
    const version = await session.call('models.version', {
      model: deployment.modelName,
      ...(arm === undefined ? {} : { version: arm.version }),
    });
    refuseUnknownColumns(version.signature, rows);
    const url = `${deployment.url}/v2/models/${encodeURIComponent(deployment.modelName)}/infer`;
    const response = await fetch(url, {
      method: 'POST',
      signal,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ id: randomUUID(), inputs: toInputs(version.signature, rows) }),
    }).catch((error: unknown) => {
      throw new SlipwayError(
        {
          code: 'cli.no-deployment',
          message: `${deployment.name} does not answer at ${deployment.url} (${deployment.state}).`,
          hint: `Look at \`slipway deployment log ${deployment.name}\`, or start it with \`slipway deployment start ${deployment.name}\`.`,
        },
        { cause: error },
      );
    });
    const body: unknown = await response.json().catch(() => null);
    const answer = answerSchema.safeParse(body);
    if (!response.ok || !answer.success) {
      const reason = faultSchema.safeParse(body).data?.error ?? `HTTP ${response.status}`;
      throw new SlipwayError({
        code: 'cli.refused',
        message: `${deployment.name} refused the rows: ${reason}`,
        hint: 'Correct the named column and send them again.',
      });
    }
    const outputs = answer.data.outputs;
    const lines = rows.map((_, index): Cell[] => [index, ...outputs.map((output) => output.data[index])]);
    return { json: answer.data, text: table(['row', ...outputs.map((output) => output.name)], lines) };
  },
});
