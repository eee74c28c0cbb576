import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../src-preload/contract/errors.ts';
import type { Contract } from '../../src-preload/contract/index.ts';
import type { HandlersOf } from '../handlers.ts';
import { createRouter, type Outcome } from './router.ts';
import { testHandlers } from './testing.ts';

const actor = { name: 'Test', key: 'test', door: 'api' } as const;

function open(given: Partial<HandlersOf<Contract>>, isReadOnly = false) {
  const log: string[] = [];
  const router = createRouter({
    handlers: testHandlers(given),
    isReadOnly,
    log: (entry) => log.push(entry),
    checksOutputs: true,
  });
  const call = (name: string, input?: unknown, signal = new AbortController().signal): Promise<Outcome> =>
    router.call(name, input, { actor, signal });
  return { call, log };
}

function errorOf(outcome: Outcome) {
  if (outcome.ok) throw new Error('expected an error');
  return outcome.error;
}

describe('the router', () => {
  it('fills in defaults and hands the caller on', async () => {
    const seen: unknown[] = [];
    const { call } = open({
      'tracking.runs': async (input, context) => {
        seen.push(input, context.actor);
        return [];
      },
    });
    expect(await call('tracking.runs')).toEqual({ ok: true, value: [] });
    expect(seen).toEqual([{ limit: 100 }, actor]);
  });

  it('says which field is wrong, what was there and what belongs there', async () => {
    const { call } = open({});
    const input = { dataset: '', target: 3, trainer: 'forest', params: { epochs: 1.5, patience: 0 } };
    const error = errorOf(await call('training.start', input));
    expect(error.code).toBe('call.invalid');
    expect(error.message).toBe(
      'training.start cannot use this input: dataset: must not be empty, got ""; target: expected string, got 3; ' +
        'trainer: expected "linear" or "neural", got "forest"; params.epochs: expected a whole number, got 1.5; params.patience: must be more than 0, got 0.',
    );
    expect(error.details?.['problems']).toContainEqual({
      path: 'params.epochs',
      message: 'params.epochs: expected a whole number, got 1.5',
    });
    expect(errorOf(await call('tracking.runs', [])).message).toContain('the input: expected object, got []');
    expect(errorOf(await call('tracking.runs', 'x'.repeat(200))).message.length).toBeLessThan(150);
  });

  it('names unknown calls, names of Object’s own included', async () => {
    const { call } = open({});
    for (const name of ['tracking.run2', 'constructor', '__proto__', 'toString', '']) {
      expect(errorOf(await call(name)).code).toBe('call.unknown');
    }
  });

  it('refuses to change a workspace that is open for reading', async () => {
    const { call } = open({ 'datasets.list': async () => [] }, true);
    const error = errorOf(await call('datasets.trash', { dataset: 'flights' }));
    expect(error).toMatchObject({
      code: 'workspace.read-only',
      message: 'datasets.trash would change the workspace, which is open for reading only.',
    });
    expect(await call('datasets.list')).toEqual({ ok: true, value: [] });
  });

  it('hands on errors of the user’s doing and hides the rest behind a log entry', async () => {
    const { call, log } = open({
      'datasets.get': async () => {
        throw new SlipwayError({
          code: 'datasets.not-found',
          message: 'No dataset "x".',
          hint: 'List them.',
          details: { name: 'x' },
        });
      },
      'datasets.list': async () => {
        throw new Error('password=hunter2');
      },
    });
    expect(errorOf(await call('datasets.get', { dataset: 'x' }))).toEqual({
      code: 'datasets.not-found',
      message: 'No dataset "x".',
      hint: 'List them.',
      details: { name: 'x' },
    });
    expect(log).toEqual([]);
    const error = errorOf(await call('datasets.list'));
    expect(error.code).toBe('internal');
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(String(error.details?.['logId']));
    expect(log[0]).toContain('Error: password=hunter2\n    at ');
  });

  it('finds handlers that answer what the contract does not allow', async () => {
    const { call, log } = open({ 'serving.apiKey': async () => ({ apiKey: 5 }) as never });
    expect(errorOf(await call('serving.apiKey', { deployment: 'd' })).code).toBe('internal');
    expect(log[0]).toContain(
      'serving.apiKey answered what its contract does not allow: apiKey: expected string, got 5',
    );
  });

  it('answers at once when the caller has lost interest, whatever the handler does', async () => {
    const { call } = open({ 'jobs.wait': () => new Promise(() => undefined) });
    const controller = new AbortController();
    const waiting = call('jobs.wait', { jobId: '00000000-0000-7000-8000-000000000001' }, controller.signal);
    controller.abort();
    expect(errorOf(await waiting)).toMatchObject({
      code: 'call.cancelled',
      message: 'jobs.wait was cancelled by its caller.',
    });
  });
});
