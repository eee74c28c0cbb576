import { z } from 'zod';
import { digest } from '../common.ts';
import { defineCalls } from '../define.ts';

export const garbageItem = z.object({ digest, sizeBytes: z.int(), reason: z.string() });

export const storageCalls = defineCalls({
  'storage.usage': {
    summary: 'What fills the disk',
    access: 'read',
    input: z.object({}),
    output: z.object({
      objects: z.int(),
      objectBytes: z.int(),
      registryBytes: z.int(),
      metricsBytes: z.int(),
      predictionBytes: z.int(),
      runBytes: z.int(),
    }),
  },
  'storage.verify': {
    summary: 'Read every object and compare it with its name',
    access: 'read',
    input: z.object({}),
    output: z.object({
      checked: z.int(),
      damaged: z.array(z.object({ digest, problem: z.string() })),
      missing: z.array(z.object({ digest, owner: z.string() })),
    }),
  },
  'storage.collectGarbage': {
    summary: 'Remove objects that nothing refers to',
    access: 'write',
    input: z.object({ dryRun: z.boolean().default(true), minAgeMs: z.int().nonnegative().default(3_600_000) }),
    output: z.object({ removed: z.array(garbageItem), freedBytes: z.int(), keptYoung: z.int(), isDryRun: z.boolean() }),
  },
});
