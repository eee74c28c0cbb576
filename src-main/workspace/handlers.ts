import type { workspaceCalls } from '../../src-preload/contract/workspace/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { ObjectStore } from '../objects/types.ts';
import { newestSchema } from '../registry/migrate.ts';
import type { Registry } from '../registry/registry.ts';
import { engineVersion } from '../version.ts';
import { backupWorkspace } from './backup.ts';
import { examine } from './doctor.ts';
import type { Layout } from './layout.ts';

/** The calls of `workspace`. */
export function workspaceHandlers(workspace: {
  readonly id: string;
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly layout: Layout;
  readonly registry: Registry;
  readonly objects: ObjectStore;
}): HandlersOf<typeof workspaceCalls> {
  const { id, name, isReadOnly, layout, registry, objects } = workspace;
  const startedAt = Date.now();
  return {
    'workspace.info': async () => ({
      id,
      name,
      isReadOnly,
      schemaVersion: newestSchema,
      engineVersion,
      startedAt,
      path: layout.dir,
    }),
    'workspace.events': (input) => registry.read('events.list', input),
    'workspace.backup': ({ path }) => backupWorkspace(layout, registry, objects, path),
    'workspace.doctor': () => examine(layout, registry, objects),
  };
}
