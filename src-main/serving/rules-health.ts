import type { Deployment } from '../../src-preload/contract/serving/index.ts';

/** What a supervisor knows about itself. */
export interface HealthFacts {
  readonly isStopping: boolean;
  /** Workers that there should be; null before a version was loaded. */
  readonly wanted: number | null;
  readonly ready: number;
  readonly servingVersions: readonly number[];
  readonly loadError: string | null;
  readonly predictionLogError: string | null;
  readonly askedPort: number;
  readonly port: number;
}

/** The state of a deployment in one word and one sentence; an empty sentence when there is nothing to say. */
export function describeHealth(facts: HealthFacts): { readonly state: Deployment['state']; readonly message: string } {
  if (facts.isStopping) return { state: 'stopped', message: '' };
  if (facts.wanted === null) {
    return facts.loadError === null
      ? { state: 'starting', message: 'Loading the model.' }
      : { state: 'failed', message: `The model could not be loaded: ${facts.loadError}` };
  }
  const notes: string[] = [];
  if (facts.askedPort !== 0 && facts.port !== facts.askedPort)
    notes.push(`Port ${facts.askedPort} was taken, so it answers on ${facts.port}.`);
  if (facts.loadError !== null) {
    notes.push(
      `The new version could not be loaded: ${facts.loadError}. Version ${facts.servingVersions.join(', ')} goes on serving.`,
    );
  }
  if (facts.ready < facts.wanted)
    notes.push(`${facts.ready} of ${facts.wanted} workers are ready; the others are being started again.`);
  if (facts.predictionLogError !== null)
    notes.push(`The prediction log cannot be written: ${facts.predictionLogError}.`);
  const isWhole = facts.ready >= facts.wanted && facts.predictionLogError === null;
  return { state: isWhole ? 'ready' : 'degraded', message: notes.join(' ') };
}
