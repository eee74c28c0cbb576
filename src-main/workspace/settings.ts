import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { badSettings } from './errors.ts';
import type { Layout } from './layout.ts';

const settingsSchema = z.object({ name: z.string().trim().min(1).max(128) });

/** What `slipway.yaml` says. Unknown keys are left to those who wrote them. */
export type Settings = z.infer<typeof settingsSchema>;

async function writeSettings(layout: Layout, text: string): Promise<void> {
  const temporary = `${layout.settings}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, layout.settings);
}

/**
 * Reads the settings, writing a first `slipway.yaml` named after the folder where there is none.
 * @throws SlipwayError `workspace.bad-settings`
 */
export async function readSettings(layout: Layout): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(layout.settings, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const name = basename(layout.dir);
    await writeSettings(
      layout,
      `# This folder is a Slipway workspace. Everything else lies in .slipway/.\nname: ${JSON.stringify(name)}\n`,
    );
    return { name };
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw badSettings(layout.settings, problem.message);
  const parsed = settingsSchema.safeParse(document.toJS({ maxAliasCount: 20 }));
  if (!parsed.success) throw badSettings(layout.settings, z.prettifyError(parsed.error));
  return parsed.data;
}
