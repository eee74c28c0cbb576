import type { servingCalls } from '../../src-preload/contract/serving/index.ts';
import type { HandlersOf } from '../handlers.ts';
import type { Serving } from './service.ts';

/** The calls of `serving`. */
export function servingHandlers(serving: Serving): HandlersOf<typeof servingCalls> {
  return {
    'serving.list': () => serving.list(),
    'serving.get': ({ deployment }) => serving.get(deployment),
    'serving.deploy': (input, { actor }) => serving.deploy(input, actor),
    'serving.setVersion': (input, { actor }) =>
      'alias' in input
        ? serving.setAlias(input.deployment, input.alias, actor)
        : serving.setVersion(input.deployment, input.version, actor),
    'serving.stop': ({ deployment }, { actor }) => serving.stop(deployment, actor),
    'serving.start': ({ deployment }, { actor }) => serving.start(deployment, actor),
    'serving.remove': async ({ deployment }, { actor }) => {
      await serving.remove(deployment, actor);
      return {};
    },
    'serving.apiKey': async ({ deployment }) => ({ apiKey: await serving.apiKey(deployment) }),
    'serving.log': async ({ deployment, lines }) => ({ text: await serving.log(deployment, lines) }),
  };
}
