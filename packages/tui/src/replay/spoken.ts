import { lineOf } from '@custody/replay';
import { textOf } from '../row.ts';
import { worldPane } from '../world-pane.ts';
import { remarksAt } from './body.ts';
import { eventAt } from './moves.ts';
import type { Replay } from './state.ts';

/** The event just applied, what is said of it, and the world, without boxes: for a screen reader. */
export const spokenOf = (state: Replay): readonly string[] => {
  const { view, position: at } = state;
  const event = eventAt(state);
  const { findings, notes } = remarksAt(state);
  const here = state.company.peers.filter((peer) => peer.position === at);
  return [
    event === null ? 'the run begins' : lineOf(event).trim(),
    ...findings.map((text) => `finding: ${text}`),
    ...here.map(({ name }) => `${name} is here too`),
    ...notes.map(({ author, body }) => `note by ${author}: ${body}`),
    ...worldPane(view, at, 200, 20)
      .map(textOf)
      .filter((line) => line.trim() !== ''),
  ];
};
