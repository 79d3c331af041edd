import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type EventLog, memoryLog } from '@custody/log';
import { openSqliteLog } from '@custody/log-sqlite';

/** A log to measure. */
export interface LogAdapter {
  readonly name: string;
  /** Opens the log that it keeps in `directory`, which is there; a log of its own for each directory. */
  open(directory: string): Promise<EventLog>;
  /** Whether what was appended is there after closing and opening. */
  readonly isKept: boolean;
  /** How many bytes the closed log takes in `directory`; null when it does not lie there. */
  bytes(directory: string): number | null;
}

const bytesIn = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

const sqlite = (name: string, options: Parameters<typeof openSqliteLog>[1]): LogAdapter => ({
  name,
  open: (directory) => openSqliteLog(join(directory, 'custody.db'), options),
  isKept: true,
  bytes: bytesIn,
});

/** Every log that `bench -- log` knows. */
export const logAdapters: readonly LogAdapter[] = [
  { name: 'memory', open: async () => memoryLog(), isKept: false, bytes: () => null },
  sqlite('sqlite', {}),
  sqlite('sqlite-compressed', { compressed: true }),
];
