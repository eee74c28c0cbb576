import { createServer } from 'node:http';
import { defineCommands } from './command.ts';

/** `NAME='value'` for a POSIX shell. */
export function exportLine(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

async function freePort(): Promise<number> {
  const { listenNear } = await import('../doors/listen.ts');
  const server = createServer();
  const port = await listenNear(server, 0, () => undefined);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const commands = defineCommands({
  verb: '',
  summary: 'Variables for notebooks and scripts',
  details:
    'Prints lines for a shell, or a JSON object with --json. MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN are the variables by which MLflow’s own client finds a tracking server and signs in to it; SLIPWAY_URL and SLIPWAY_TOKEN serve scripts that speak to /api. Address and token stay the same for a workspace, so they may be kept in a notebook. The engine must run while they are used: slipway serve.',
  examples: [
    'eval "$(slipway env)"',
    'curl -H "Authorization: Bearer $SLIPWAY_TOKEN" -X POST "$SLIPWAY_URL/api/call/tracking.runs"',
  ],
  calls: ['workspace.info'],
  run: async ({ connect, note }) => {
    const session = await connect();
    let { url } = session;
    if (session.isHosted) {
      const { Profile } = await import('../profile.ts');
      const profile = new Profile();
      const port = (await profile.port(session.workspaceId)) ?? (await freePort());
      await profile.setPort(session.workspaceId, port);
      url = `http://127.0.0.1:${port}`;
      note('No engine runs on this workspace yet: start it with `slipway serve`.');
    }
    const variables = {
      MLFLOW_TRACKING_URI: url,
      MLFLOW_TRACKING_TOKEN: session.token,
      SLIPWAY_URL: url,
      SLIPWAY_TOKEN: session.token,
    };
    return {
      json: variables,
      text: Object.entries(variables)
        .map(([name, value]) => exportLine(name, value))
        .join('\n'),
    };
  },
});
