import type { EventBus } from '../event-bus.ts';
import type { JobKind } from '../jobs/types.ts';
import type { EvaluateInput, EvaluateResult } from './job-evaluate.ts';
import { evaluateInput, evaluateResult } from './job-evaluate.ts';

/** What the engine does around an evaluation: a run's metrics are written with the job's end, as `<share>.<metric>`. */
export function createEvaluateKind(events: EventBus): JobKind<EvaluateInput, EvaluateResult> {
  return {
    kind: 'evaluation.evaluate',
    input: evaluateInput,
    result: evaluateResult,
    title: (input) => `Evaluate ${input.subject} on ${input.datasetLabel}`,
    complete: async (_job, input, result) => {
      const metrics = Object.fromEntries(
        Object.entries(result.metrics).map(([name, value]) => [`${result.share}.${name}`, value]),
      );
      return {
        ops: input.runId === null ? [] : [['runs.addMetrics', { id: input.runId, metrics }]],
        value: { ...result },
      };
    },
    afterEnd: (_job, input) => {
      if (input.runId !== null) events.publish({ topic: 'runs', id: input.runId, change: 'updated' });
    },
  };
}
