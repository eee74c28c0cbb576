import { connect } from 'node:net';
import { supervisorNews, type ExitRecord } from './records.ts';

const longestLine = 64 * 1024 * 1024;

/** A connection to a job's supervisor. */
export interface SupervisorLink {
  isOpen(): boolean;
  /** Asks for the job's end; false when the connection is gone. */
  cancel(): boolean;
  /** The exit record, should the supervisor have told it; it does so also where the disk is full. */
  lastWords(): ExitRecord | null;
  close(): void;
}

/** Connects to a supervisor's socket; null when that fails. `onNews` is called when there is something to look at. */
export async function connectToSupervisor(path: string, onNews: () => void): Promise<SupervisorLink | null> {
  const socket = connect(path);
  socket.setEncoding('utf8');
  // Errors show as `close`.
  socket.on('error', () => undefined);
  let lastWords: ExitRecord | null = null;
  let text = '';
  const hear = (line: string): void => {
    try {
      const news = supervisorNews.parse(JSON.parse(line));
      if (news.type === 'exit') lastWords = news.exit;
    } catch {
      // Cut off: the files tell the same.
    }
  };
  socket.on('data', (piece: string) => {
    const lines = (text + piece).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) hear(line);
    if (text.length > longestLine) socket.destroy();
    onNews();
  });
  socket.on('close', onNews);
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  if (!isOpen) return null;
  return {
    isOpen: () => !socket.destroyed,
    cancel: () => {
      if (!socket.writable) return false;
      socket.write('cancel\n');
      return true;
    },
    lastWords: () => lastWords,
    close: () => socket.destroy(),
  };
}
