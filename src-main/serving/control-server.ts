import { createHash, randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlRequest, type ControlCommand, type ControlReply } from './control-protocol.ts';
import { readLines } from './read-lines.ts';

/** A fresh address for a deployment's control socket, short enough for every system (about 100 bytes). */
export function makeControlPath(deploymentId: string): string {
  const name = `slipway-${createHash('sha256').update(deploymentId).digest('hex').slice(0, 8)}-${randomBytes(4).toString('hex')}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** The supervisor's ear for the engine: a local socket that only this user may open. */
export class ControlServer {
  private readonly server: Server;
  private readonly watchers = new Set<Socket>();
  private readonly answer: (command: Exclude<ControlCommand, 'watch'>) => Promise<ControlReply>;

  constructor(answer: (command: Exclude<ControlCommand, 'watch'>) => Promise<ControlReply>) {
    this.answer = answer;
    this.server = createServer((socket) => this.serve(socket));
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const umask = process.platform === 'win32' ? null : process.umask(0o177);
      this.server.once('error', reject);
      this.server.listen(path, () => {
        if (umask !== null) {
          process.umask(umask);
          chmodSync(path, 0o600);
        }
        resolve();
      });
    });
  }

  /** Sends a state to everyone who watches. */
  announce(reply: ControlReply): void {
    const line = `${JSON.stringify(reply)}\n`;
    for (const socket of this.watchers) socket.write(line);
  }

  close(): void {
    this.server.close();
  }

  private serve(socket: Socket): void {
    socket.on('close', () => this.watchers.delete(socket));
    readLines(socket, (line) => void this.handle(socket, line));
  }

  private async handle(socket: Socket, line: string): Promise<void> {
    let command: ControlCommand;
    try {
      ({ command } = controlRequest.parse(JSON.parse(line)));
    } catch {
      socket.destroy();
      return;
    }
    if (command === 'watch') this.watchers.add(socket);
    const reply = await this.answer(command === 'watch' ? 'status' : command);
    socket.write(`${JSON.stringify(reply)}\n`);
  }
}
