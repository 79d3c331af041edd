import { describe } from 'vitest';
import { appendAndRead } from './contract/append-and-read.testing.ts';
import { closing } from './contract/closing.testing.ts';
import { follow } from './contract/follow.testing.ts';
import type { OpenLog } from './contract/given.testing.ts';
import { removing } from './contract/removing.testing.ts';
import { revisions } from './contract/revisions.testing.ts';
import { whatIsKept } from './contract/what-is-kept.testing.ts';

/** The suite that every adapter of `EventLog` passes; `open` gives each test a new and empty log of its own. */
export const eventLogContract = (name: string, open: OpenLog): void => {
  describe(`${name} keeps the event log contract`, () => {
    describe('append and read', () => appendAndRead(open));
    describe('revisions', () => revisions(open));
    describe('what is kept', () => whatIsKept(open));
    describe('removing', () => removing(open));
    describe('follow', () => follow(open));
    describe('closing', () => closing(open));
  });
};
