import { fieldsOf, nameOf, type Position, type TraceEvent } from '@custody/trace';
import { cutRow, cutRows, type Row, span, textOf } from '../row.ts';
import { cut, plain, wrapped } from '../text.ts';
import type { NoteView } from '../view.ts';

/** A text that is set off from what stands above; a line across all of the screen would cost more bytes than it says. */
export const rule = (text: string, width: number): Row => [
  span('── ', 'dim'),
  span(cut(plain(text), width - 3), 'strong'),
];

const whoOf = (event: TraceEvent): string =>
  [
    event.comm === undefined ? `task ${event.task}` : `task ${event.task} ${event.comm}`,
    event.cpu === undefined ? '' : `cpu ${event.cpu}`,
    event.line === undefined ? '' : `line ${event.line}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');

/** The event just applied, unabridged: who and where on the rule, what below it. */
export const eventRows = (event: TraceEvent | null, width: number): readonly Row[] => {
  if (event === null) return [rule('before the first event', width), []];
  return [rule(whoOf(event), width), cutRow([span(nameOf(event), 'strong'), span(` ${fieldsOf(event)}`)], width)];
};

const noteRows = ({ author, body, replies, resolved }: NoteView): readonly Row[] => {
  const [first = '', ...rest] = body.split('\n');
  return [
    [span('n ', 'accent'), span(author, 'strong'), span(resolved ? ' (resolved): ' : ': ', 'dim'), span(first)],
    ...rest.map((line): Row => [span(`    ${line}`)]),
    ...replies.flatMap((reply) =>
      reply.body
        .split('\n')
        .map(
          (line, index): Row =>
            index === 0 ? [span(`  > ${reply.author}`, 'strong'), span(`: ${line}`)] : [span(`    ${line}`)],
        ),
    ),
  ];
};

const ahead = (name: string, key: string, positions: readonly Position[], at: Position): string => {
  if (positions.length === 0) return `no ${name}s in this run`;
  const next = positions.find((other) => other > at);
  return next === undefined ? `no ${name} further on` : `next ${name} at ${next} (${key})`;
};

/** What is to be said where the cursor stands. */
export interface Remarks {
  readonly findings: readonly string[];
  readonly notes: readonly NoteView[];
  readonly findingPositions: readonly Position[];
  readonly notePositions: readonly Position[];
}

const saidRows = ({ findings, notes }: Remarks): readonly Row[] => [
  ...findings.map((text): Row => [span('! ', 'bad'), span(text)]),
  ...notes.flatMap(noteRows),
];

/** The event and all that is said of it, unabridged. */
export const readingLines = (event: TraceEvent | null, remarks: Remarks): readonly string[] => {
  const happened = event === null ? 'before the first event' : `${whoOf(event)} · ${nameOf(event)} ${fieldsOf(event)}`;
  const said = saidRows(remarks).map(textOf);
  return [happened, '', ...(said.length === 0 ? ['No note and no finding here'] : said)];
};

const firstOf = (row: Row, characters: number): Row => {
  let left = characters;
  return row.map(({ text, tone }) => {
    const piece = text.slice(0, left);
    left -= piece.length;
    return { text: piece, tone };
  });
};

/** A row broken at blanks into as many as it takes; what follows the first is plain. */
const brokenRow = (row: Row, width: number): readonly Row[] => {
  const [first = '', ...rest] = wrapped(textOf(row), width);
  return [firstOf(row, first.length), ...rest.map((line): Row => [span(line)])];
};

/** Findings and notes at the cursor; where there are none, the way to the next ones. */
export const remarkRows = (remarks: Remarks, at: Position, width: number, height: number): readonly Row[] => {
  const rows = saidRows(remarks);
  const finding = ahead('finding', 'f', remarks.findingPositions, at);
  const note = ahead('note', ']', remarks.notePositions, at);
  const shown = rows.length > 0 ? rows : [[span(`${finding} · ${note}`, 'dim')]];
  const broken = shown.flatMap((row) => brokenRow(row, width));
  return cutRows(broken, height, 'lines (Enter)').map((row) => cutRow(row, width));
};
