// An engine that only serves, for the torture test: it opens a workspace, does one thing after the other, and says what is done.
import { join } from 'node:path';
import { testActor } from '../registry/testing.ts';
import { Registry } from '../registry/registry.ts';
import { openServing } from './testing.ts';

const [, , dir = '', ...steps] = process.argv;
const registry = new Registry(join(dir, 'registry.db'), join(dir, 'metrics.db'));
const serving = openServing(dir, registry).makeServing();
await serving.recover({ isReadOnly: false });
for (const step of steps) {
  if (step === 'deploy')
    await serving.deploy({ name: 'live', model: 'scale', version: 1, port: 0, workers: 1 }, testActor);
  else if (step === 'setVersion') await serving.setVersion('live', 2, testActor);
  else if (step === 'stop') await serving.stop('live', testActor);
  else if (step === 'start') await serving.start('live', testActor);
  else await serving.remove('live', testActor);
  process.stdout.write(`${step}\n`);
}
process.exit(0);
