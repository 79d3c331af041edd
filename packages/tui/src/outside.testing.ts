import { createHash } from 'node:crypto';
import { memoryLog } from '@custody/log';
import { type Workbench, workbench } from '@custody/workbench';
import type { Outside } from './shell/outside.ts';
import { outsideWith } from './shell/shell.testing.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const runningSha256 = () => {
  const hash = createHash('sha256');
  return { add: (text: string) => void hash.update(text), end: () => hash.digest('hex') };
};

/** A workbench on a log in memory, at a fixed time; the ids of notes are counted. */
const deskInMemory = (): Workbench => {
  let made = 0;
  const newId = (): string => {
    made += 1;
    return `n${made}`;
  };
  return workbench({
    log: memoryLog(),
    now: () => '2026-11-22T20:00:00.000Z',
    digest: sha256,
    running: runningSha256,
    newId,
  });
};

/** A world outside with a workbench in memory, and whatever else a test gives. */
export const outsideWithDesk = (given: Partial<Outside> = {}): Outside =>
  outsideWith({ desk: deskInMemory(), ...given });
