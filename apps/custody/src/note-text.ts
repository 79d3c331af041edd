import type { CarriedBy, CarriedNote, HistoryEntry, Mark, Note, NotesOfRun } from '@custody/workbench';
import { many } from './print.ts';

/** `@12`, `@12 to 40`, `@12 and 40`, `group:6 @12 to 40`. */
export const placeText = ({ position, kind, until, object }: Note['anchor']): string => {
  if (until === undefined) return `@${position}`;
  const ends = `@${position} ${kind === 'pair' ? 'and' : 'to'} ${until.position}`;
  return object === undefined ? ends : `${object} ${ends}`;
};

/** Who wrote it; of what was brought in, that this is only said. */
export const authorText = ({ author, claimed }: Pick<Note, 'author' | 'claimed'>): string =>
  claimed === undefined || claimed.by === author ? author : `${author} (unverified: brought in by ${claimed.by})`;

const indented = (text: string, by: number): string[] => text.split('\n').map((line) => ' '.repeat(by) + line);

const noteLines = (note: Note): string[] => {
  const { id, at, anchor, body, replies, labels, resolved, withdrawn, orphan } = note;
  const words = [
    `${placeText(anchor)}  ${authorText(note)}, ${at}  [${id}]`,
    ...labels.map(({ label }) => `{${label}}`),
    ...(resolved ? ['resolved'] : []),
    ...(orphan ? ['ORPHAN: its place is not in this run'] : []),
  ];
  return [
    words.join('  '),
    ...indented(withdrawn ? '(taken back by its author)' : body, 4),
    ...replies.flatMap((reply) => [
      `    > ${authorText(reply)}, ${reply.at}  [${reply.id}]`,
      ...indented(reply.body, 6),
    ]),
  ];
};

const markLine = ({ id, name, author, anchor }: Mark): string =>
  `@${anchor.position}  mark "${name}" of ${author}  [${id}]`;

/** All of them, or what was changed just now. */
export const notesLines = ({ notes, marks, changed }: NotesOfRun): string[] =>
  changed === undefined
    ? [...notes.flatMap(noteLines), ...marks.map(markLine)]
    : notes.filter(({ id, replies }) => [id, ...replies.map((reply) => reply.id)].includes(changed)).flatMap(noteLines);

const firstLine = (text: string): string => {
  const [line = '', ...more] = text.split('\n');
  return more.length === 0 ? line : `${line} ...`;
};

export const deedsText = (deeds: HistoryEntry['deeds']): string =>
  deeds.map(({ did, id, text }) => `${did} ${id}${text === '' ? '' : `: ${firstLine(text)}`}`).join('; ');

export const historyLine = ({ revision, author, at, undoes, deeds }: HistoryEntry): string => {
  const what = deeds.length === 0 ? 'nothing that was not there, or that stood' : deedsText(deeds);
  return `${String(revision).padStart(5)}  ${at}  ${author}  ${undoes === undefined ? '' : 'undo: '}${what}`;
};

const suretyText: Readonly<Record<CarriedBy, string>> = {
  exact: 'the same event between the same neighbours',
  counted: 'the n-th of as many',
  neighbours: 'the only one between the same neighbours',
  aligned: 'the event that diff pairs it with',
  episode: 'the n-th of as many such episodes',
  nth: 'the n-th of another number of such episodes',
};

const carriedLines = ({ id, author, text, from, to, by, why }: CarriedNote): string[] => [
  by === null ? `@${from}  ORPHAN  ${author}  [${id}]` : `@${from} -> @${to}  ${author}  [${id}]  ${suretyText[by]}`,
  `    ${text === '' ? '(taken back by its author)' : firstLine(text)}`,
  ...(why === null ? [] : [`    ${why}`]),
];

/** Those that found a place, then orphans, then how many of each. */
export const carryLines = (said: readonly CarriedNote[], marks: readonly CarriedNote[]): string[] => {
  const all = [...said, ...marks];
  const [placed, orphans] = [all.filter(({ by }) => by !== null), all.filter(({ by }) => by === null)];
  const counts = Object.entries(suretyText).flatMap(([by, text]) => {
    const found = placed.filter((one) => one.by === by).length;
    return found === 0 ? [] : [`  ${found}: ${text}`];
  });
  return [
    ...[...placed, ...orphans].flatMap(carriedLines),
    `${many(placed.length, 'place')} found, ${many(orphans.length, 'orphan')}`,
    ...counts,
  ];
};
