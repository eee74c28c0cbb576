import type { CallOutput } from '../../src-preload/contract/index.ts';
import { failpoint } from '../failpoints.ts';
import type { Registry } from '../registry/registry.ts';
import type { ObjectStore } from './types.ts';

const digestInside = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/** File systems stamp files with a coarser clock than the one that jobs are stamped with. */
const clockSlackMs = 1000;

/** Every word inside a value that could be an object's name. */
export function findDigests(value: unknown): string[] {
  return JSON.stringify(value ?? null).match(digestInside) ?? [];
}

/** What must stay: named by a row, by an open intent, or by the input of a job that has not ended. */
async function collectNeeded(registry: Registry): Promise<{ needed: Set<string>; oldestOpenJobMs: number }> {
  const openJobs = await registry.read('jobs.open', {});
  const intents = await registry.read('intents.list', {});
  const refs = await registry.read('objects.refs', {});
  return {
    needed: new Set([
      ...refs.map((ref) => ref.digest),
      ...intents.flatMap((intent) => findDigests(intent.data)),
      ...openJobs.flatMap(({ input }) => findDigests(input)),
    ]),
    // What a running job has stored is named by no row before the job ends, however long that takes.
    oldestOpenJobMs: Math.min(Infinity, ...openJobs.map(({ job }) => job.createdAt - clockSlackMs)),
  };
}

/**
 * Removes, or with `isDryRun` only lists, the objects that nothing needs. Spares those younger than `minAgeMs` and those
 * stored (or found there again) since the oldest unended job began.
 */
export async function collectGarbage(
  { registry, objects }: { registry: Registry; objects: ObjectStore },
  { isDryRun, minAgeMs }: { isDryRun: boolean; minAgeMs: number },
): Promise<CallOutput<'storage.collectGarbage'>> {
  const nowMs = Date.now();
  const { needed, oldestOpenJobMs } = await collectNeeded(registry);
  const youngSinceMs = Math.min(nowMs - minAgeMs, oldestOpenJobMs);
  const removed: CallOutput<'storage.collectGarbage'>['removed'] = [];
  let freedBytes = 0;
  let keptYoung = 0;
  for await (const { digest, sizeBytes, modifiedAt } of objects.list()) {
    if (needed.has(digest)) continue;
    if (modifiedAt > youngSinceMs) {
      keptYoung += 1;
      continue;
    }
    if (!isDryRun) {
      failpoint('objects.collectGarbage.beforeRemove');
      await objects.remove(digest);
      failpoint('objects.collectGarbage.afterRemove');
    }
    const ageHours = Math.floor((nowMs - modifiedAt) / 3_600_000);
    removed.push({ digest, sizeBytes, reason: `nothing refers to it; stored ${ageHours} h ago` });
    freedBytes += sizeBytes;
  }
  return { removed, freedBytes, keptYoung, isDryRun };
}
