import { createHash } from 'node:crypto';
import { memoryLog } from '@custody/log';
import { workbench } from './workbench.ts';

/** A workbench on a log in memory, at a fixed time. */
export const newDesk = () =>
  workbench({
    log: memoryLog(),
    now: () => '2026-11-22T20:00:00.000Z',
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    newId: () => 'n1',
  });
