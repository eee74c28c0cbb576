/**
 * Named places where a torture test may end this process as a power cut would. Inert unless the environment names one:
 * `SLIPWAY_FAILPOINT=objects.put.beforeRename` or `…:3` for the third time it is passed.
 */
const [wanted, count] = (process.env['SLIPWAY_FAILPOINT'] ?? '').split(':');
let remaining = Number(count ?? 1);

/** Ends the process at once, without any clean-up, where the environment asks for this failpoint. */
export function failpoint(name: string): void {
  if (name !== wanted) return;
  remaining -= 1;
  if (remaining <= 0) process.kill(process.pid, 'SIGKILL');
}
