import { statfs } from 'node:fs/promises';
import { isNetworkFolder } from './errors.ts';

/** `f_type` of Linux's network file systems (linux/magic.h and the file systems' own headers). */
const networkTypes = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x73757245, 'Coda'],
]);

/**
 * Refuses folders on network file systems, as far as the system tells (Linux by type, Windows by UNC path).
 * @throws SlipwayError `workspace.network-folder`
 */
export async function refuseNetworkFolder(dir: string): Promise<void> {
  if (process.platform === 'win32' && dir.startsWith('\\\\')) throw isNetworkFolder(dir, 'UNC path');
  if (process.platform !== 'linux') return;
  const { type } = await statfs(dir);
  const kind = networkTypes.get(type);
  if (kind !== undefined) throw isNetworkFolder(dir, kind);
}
