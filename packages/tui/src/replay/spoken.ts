import { lineOf } from '@custody/replay';
import { textOf } from '../row.ts';
import { worldPane } from '../world-pane.ts';
import { remarksAt } from './body.ts';
import { eventAt } from './moves.ts';
import type { Replay } from './state.ts';

/** The world in lines, as wide and as long as it takes. */
export const worldLines = ({ view, position: at }: Replay): readonly string[] =>
  worldPane(view, at, 200, 200)
    .map((row) => textOf(row).replace(/ +/g, ' ').trim())
    .filter((line) => line !== '');

/** The event just applied, what is said of it, and what it changed in the world, without boxes: for a screen reader. */
export const spokenOf = (state: Replay): readonly string[] => {
  const event = eventAt(state);
  const { findings, notes } = remarksAt(state);
  const here = state.company.peers.filter((peer) => peer.position === state.position);
  return [
    event === null ? 'the run begins' : lineOf(event).trim(),
    ...findings.map((text) => `finding: ${text}`),
    ...here.map(({ name }) => `${name} is here too`),
    ...notes.map(({ author, body }) => `note by ${author}: ${body}`),
    ...worldLines(state)
      .filter((line) => line.includes('*'))
      .map((line) => `changed: ${line}`),
  ];
};
