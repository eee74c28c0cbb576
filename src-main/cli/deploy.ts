import { defineCommands } from './command.ts';
import { describeDeployment } from './deployment.ts';
import { readModel } from './refs.ts';

export const commands = defineCommands({
  verb: '',
  summary: 'Serve a model version over the Open Inference Protocol',
  positionals: ['MODEL[@N]'],
  details:
    'The deployment is a process of its own and goes on serving after this command and the engine have ended. With an alias (MODEL@champion) it serves the version that the alias names.',
  options: {
    name: { type: 'text', value: 'NAME', summary: 'The deployment (else the model’s name)' },
    port: { type: 'integer', value: 'N', summary: 'The port (else any free one, kept from then on)' },
    workers: { type: 'integer', value: 'N', summary: 'Processes that answer (1)' },
  },
  examples: ['slipway deploy delay@champion --name delays --workers 2'],
  calls: ['serving.deploy'],
  run: async ({ args, connect }) => {
    const ref = readModel(args.word('MODEL'));
    const [name, port, workers] = [args.text('name'), args.integer('port'), args.integer('workers')];
    const deployment = await (
      await connect()
    ).call('serving.deploy', {
      ...ref,
      ...(name === undefined ? {} : { name }),
      ...(port === undefined ? {} : { port }),
      ...(workers === undefined ? {} : { workers }),
    });
    return {
      json: deployment,
      text: `${describeDeployment(deployment)}

Its key:      slipway deployment key ${deployment.name}
Try it:       slipway predict ${deployment.name} --file rows.json
Its monitor:  slipway monitor show ${deployment.name}`,
    };
  },
});
