import { createHash } from 'node:crypto';
import { memoryLog } from '@custody/log';
import { workbench } from '@custody/workbench';
import type { Outside } from './shell/outside.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const runningSha256 = () => {
  const hash = createHash('sha256');
  return { add: (text: string) => void hash.update(text), end: () => hash.digest('hex') };
};

/** A workbench on a log in memory, at a fixed time; what people would type in their editor is `typed`. */
export const outsideWith = (given: Partial<Outside> & { readonly typed?: string } = {}): Outside => {
  const { typed = '', ...others } = given;
  let made = 0;
  const newId = (): string => {
    made += 1;
    return `n${made}`;
  };
  return {
    desk: workbench({
      log: memoryLog(),
      now: () => '2026-11-22T20:00:00.000Z',
      digest: sha256,
      running: runningSha256,
      newId,
    }),
    author: () => 'robin',
    verbs: [],
    command: () => Promise.reject(new Error('There are no other processes in a test')),
    edit: async () => (typed === '' ? null : typed),
    stop: async () => {},
    rest: async () => {},
    ...others,
  };
};
