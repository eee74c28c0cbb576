import { spawn } from 'node:child_process';

/** Whether a page can be shown here, and in words why or why not. */
export function canShowPage(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): { canShow: boolean; why: string } {
  if (platform === 'win32' || platform === 'darwin') return { canShow: true, why: 'in your browser' };
  const display = env['WAYLAND_DISPLAY'] ?? env['DISPLAY'] ?? '';
  return display === ''
    ? { canShow: false, why: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' }
    : { canShow: true, why: 'in your browser' };
}

/** Opens an address in the system's browser. Answers whether a program for it could be started. */
export function openPage(url: string): Promise<boolean> {
  const [command, args]: [string, string[]] =
    process.platform === 'win32'
      ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
      : process.platform === 'darwin'
        ? ['open', [url]]
        : ['xdg-open', [url]];
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
