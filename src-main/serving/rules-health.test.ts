import { expect, it } from 'vitest';
import { describeHealth, type HealthFacts } from './rules-health.ts';

const whole: HealthFacts = {
  isStopping: false,
  wanted: 2,
  ready: 2,
  servingVersions: [4],
  loadError: null,
  predictionLogError: null,
  askedPort: 5101,
  port: 5101,
};

it.each<[string, Partial<HealthFacts>, string, string]>([
  ['whole', {}, 'ready', ''],
  ['stopping', { isStopping: true, ready: 0 }, 'stopped', ''],
  ['loading', { wanted: null, ready: 0 }, 'starting', 'Loading the model.'],
  [
    'first load failed',
    { wanted: null, ready: 0, loadError: 'no model' },
    'failed',
    'The model could not be loaded: no model',
  ],
  [
    'later load failed',
    { loadError: 'no model' },
    'ready',
    'The new version could not be loaded: no model. Version 4 goes on serving.',
  ],
  ['a worker is gone', { ready: 1 }, 'degraded', '1 of 2 workers are ready; the others are being started again.'],
  ['log full', { predictionLogError: 'ENOSPC' }, 'degraded', 'The prediction log cannot be written: ENOSPC.'],
  ['moved', { port: 5102 }, 'ready', 'Port 5101 was taken, so it answers on 5102.'],
])('%s', (_name, facts, state, message) => {
  expect(describeHealth({ ...whole, ...facts })).toEqual({ state, message });
});
