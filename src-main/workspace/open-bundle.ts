import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractBundle } from '../sharing/index.ts';
import { openWorkspace, type OpenWorkspace } from './open.ts';

/**
 * Opens a `.slipway` file read-only, as a temporary copy that is removed when it is closed.
 * @throws SlipwayError `sharing.not-a-bundle`, `sharing.damaged`, `sharing.newer`
 */
export async function openBundle(file: string): Promise<OpenWorkspace> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-bundle-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    await extractBundle(file, dir);
    const workspace = await openWorkspace(dir, { readOnly: true });
    return {
      ...workspace,
      close: async (options) => {
        await workspace.close(options);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
