import { type Conformance, cases, type Ranking, type RunConformance, refutationLines } from '@custody/workbench';
import { count, heading, labelled, many } from '../explore/verdict-items.ts';
import type { Item } from '../item-list.ts';
import { type Row, span, type Tone } from '../row.ts';
import { wrapped } from '../text.ts';

/** A place of the run, and what is to be said there. */
export interface Place {
  readonly at: number;
  readonly said: readonly string[];
}

type Found = Conformance & Partial<Pick<RunConformance, 'knobs'>>;

/** Lines that go on where the one before them ended, joined to it. */
const joined = (lines: readonly string[]): readonly string[] => lines.join('\n').replace(/\n +/g, ' ').split('\n');

/** Why a variant does not explain what comes next, for whoever stands there; nothing where it explains all. */
const reasonsOf = (found: Found): readonly string[] => {
  const { answer, variant } = found;
  if (answer.kind === 'explained') return [];
  if (answer.kind === 'inconclusive') return [`inconclusive for ${variant} from here on: ${answer.why}`];
  const [event = '', ...why] = joined(refutationLines(answer, found));
  return [`${variant} cannot do what comes next: ${event.replace(/\s+/g, ' ')}`, ...why];
};

export const placeOf = (found: Found): Place => ({ at: found.position, said: reasonsOf(found) });

const wordOf = ({ answer, position: at }: Conformance): readonly [label: string, tone: Tone, text: string] => {
  switch (answer.kind) {
    case 'explained':
      return ['explained', 'good', 'all of it'];
    case 'refuted':
      return ['REFUTED', 'bad', `at ${count(at)}`];
    case 'inconclusive':
      return ['unknown', 'warn', `inconclusive after ${count(at)}: ${answer.why}`];
  }
};

const fine = (text: string, width: number): readonly Row[] =>
  wrapped(text, width - 12).map((line): Row => [span(' '.repeat(12)), span(line, 'dim')]);

/** What was in the way, in a line. */
const eventOf = (found: Conformance): string =>
  found.answer.kind === 'refuted' ? (reasonsOf(found)[0] ?? '').replace(/^.*?: /, '') : '';

/** Every variant, those that explain the run first; each can be chosen. */
export const rankingItems = (ranking: Ranking, width: number): readonly Item<RunConformance>[] => {
  const { run, title, complete, variants } = ranking;
  const room = Math.max(0, ...variants.map(({ variant }) => variant.length));
  return variants.map((found): Item<RunConformance> => {
    const [label, tone, text] = wordOf(found);
    const event = eventOf(found);
    return {
      rows: labelled(label, tone, `${found.variant.padEnd(room)}  ${text}${event === '' ? '' : `: ${event}`}`, width),
      value: { ...found, run, title, complete, knobs: null },
    };
  });
};

const timesText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} ${count(times)}`)
    .join(', ') || 'none';

const told = (label: string, text: string, width: number): Item<Place> => ({
  rows: labelled(label, 'normal', text, width),
  value: null,
});

const numberItems = (found: Conformance, width: number): readonly Item<Place>[] => {
  const { worlds, steps, hidden, groups, coverage } = found;
  return [
    heading('in numbers'),
    told('groups', groups.join(', ') || 'none', width),
    told('worlds', `at most ${many(worlds, 'world')} possible at one time`, width),
    told('steps', `${many(steps, 'step')} of the model, ${count(hidden)} of which no line shows`, width),
    told('labels', `${many(Object.keys(coverage.steps).length, 'label')} of the model's were reached`, width),
    told('returned', timesText(coverage.outcomes), width),
  ];
};

const caseItems = ({ coverage }: Conformance, width: number): readonly Item<Place>[] => {
  const met = Object.entries(coverage.cases);
  return [
    heading(met.length === 0 ? 'no case of the mail was met' : 'cases of the mail that were met'),
    ...met.map(([id, { met: times, holds, at }]): Item<Place> => {
      const known = cases.find((one) => one.id === id);
      const text = known === undefined ? id : `${id.padEnd(6)} ${known.says}`;
      const often = `${many(times, 'time')}${holds ? '' : ', not as expected'}; ${holds ? 'first' : 'so'} at ${count(at)}`;
      return {
        rows: [...labelled(holds ? 'holds' : 'FAILS', holds ? 'good' : 'bad', text, width), ...fine(often, width)],
        value: { at, said: [`case ${text.replace(/\s+/g, ' ')}${holds ? '' : ' (NOT as expected)'}`] },
      };
    }),
  ];
};

/** What came of one variant: where it parts from the run, and why; its numbers, and the cases that were met. */
export const conformItems = (found: RunConformance, width: number): readonly Item<Place>[] => {
  const [label, tone, text] = wordOf(found);
  const [first = '', ...why] = reasonsOf(found);
  const isOpen = found.answer.kind !== 'explained';
  const head: Item<Place> = {
    rows: labelled(label, tone, found.answer.kind === 'refuted' ? `${text}: ${eventOf(found)}` : text, width),
    value: isOpen ? { at: found.position, said: [first, ...why] } : null,
  };
  return [
    head,
    ...why.map((line): Item<Place> => ({ rows: fine(line, width), value: null })),
    ...numberItems(found, width),
    ...caseItems(found, width),
  ];
};
