import { createHash } from 'node:crypto';
import { type EventLog, memoryLog } from '@custody/log';
import type { Ports } from './ports.ts';
import { workbench } from './workbench.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const runningSha256: Ports['running'] = () => {
  const hash = createHash('sha256');
  return { add: (text) => void hash.update(text), end: () => hash.digest('hex') };
};

/** A workbench on a log, at a fixed time; the ids of notes are counted: n1, n2 … */
export const deskOn = (log: EventLog, { now = '2026-11-22T20:00:00.000Z', ids = 'n' } = {}) => {
  let made = 0;
  return workbench({
    log,
    now: () => now,
    digest: sha256,
    running: runningSha256,
    newId: () => {
      made += 1;
      return `${ids}${made}`;
    },
  });
};

/** A workbench on a log in memory, at a fixed time. */
export const newDesk = () => deskOn(memoryLog());
