import type { TakenRun } from '@custody/workbench';
import { count, many } from './print.ts';
import { sourceText } from './source-text.ts';

type Taken = TakenRun & { readonly from: 'bundle' | 'ndjson' };

/** As docs/cli.md describes it: what the import of its trace told, where it is a recording, and how it came. */
export const takenJson = ({ end, source, ...taken }: Taken) => ({
  ...(source.kind === 'recording' && { kernel: source.kernel, mapping: source.mapping }),
  ...end?.report,
  ...taken,
  source,
  closed: end !== undefined,
  complete: end?.complete ?? false,
  findings: end?.findings ?? [],
});

/** `3 updates of notes, 1 of them new`. */
export const notesText = ({ came, added }: TakenRun['notes']): string =>
  came === 0 ? 'no notes' : `${many(came, 'update')} of notes, ${added === 0 ? 'none' : count(added)} of them new`;

const originText = ({ origin, source }: TakenRun): string => {
  if (origin === 'made again') return 'its schedule was simulated here again and gave the same events';
  return source.kind === 'recording'
    ? 'not checked: whether its events are what the trace said, as the trace is not sent along'
    : 'not checked: whether its events are what its schedule gives, as this version does not make that run';
};

/** A run that came in, in lines for a person. */
export const takenLines = (taken: Taken): string[] => {
  const { run, title, from, source, facts, digest, notes, already, end, openedAt } = taken;
  const state = end === undefined ? '; NEVER CLOSED' : end.complete ? '' : '; INCOMPLETE';
  return [
    `${title}  (${run})${already ? '  was in the store already' : ''}`,
    `  from ${from === 'bundle' ? 'a bundle' : 'lines of JSON'}: ${sourceText(source)}, opened ${openedAt}${state}`,
    `  ${many(facts, 'event')}, as they were sent: SHA-256 ${digest}`,
    `  ${originText(taken)}`,
    `  ${notesText(notes)}`,
    ...(end?.findings ?? []).map(({ text, position }) => `  ! ${position === undefined ? '' : `@${position} `}${text}`),
    `  see: custody replay ${title}`,
  ];
};
