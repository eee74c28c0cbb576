import { z } from 'zod';
import { defineCalls } from '../define.ts';
import { jobRef } from '../jobs/index.ts';

export const sharingCalls = defineCalls({
  'sharing.export': {
    summary: 'Write the whole workspace to one .slipway file',
    access: 'write',
    input: z.object({ path: z.string().min(1), includePredictions: z.boolean().default(false) }),
    output: jobRef,
  },
});
