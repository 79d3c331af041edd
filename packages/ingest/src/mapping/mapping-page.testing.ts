import type { KernelLine } from './kernel-line.ts';
import { kernelLines } from './lines.ts';
import { meanings } from './meanings.ts';
import { meaningNames, type ProbeRow } from './row.ts';

/** docs/mapping.md, made of the tables that recordings are read with. */

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
];

const rowCells = ({ on, at, named, uses, means, as, note }: ProbeRow): readonly string[] => [
  code(on),
  at,
  (named ?? []).map(code).join(' '),
  uses.join(' '),
  as === undefined ? means : `${means}: ${as}`,
  note ?? '',
];

const rowHead = ['on', 'at', 'also named', 'uses', 'means', 'what cannot be known, and where'];

const releaseText = ([major, minor]: KernelLine['from']): string => (major === 0 ? 'the first' : `v${major}.${minor}`);

const differenceLines = ({ base }: KernelLine): readonly string[] => {
  if (base === null) return [];
  const { changed = [], added = [], removed = [] } = base.difference;
  return [
    ...(changed.length > 0 ? ['Changed:', '', ...table(rowHead, changed.map(rowCells)), ''] : []),
    ...(added.length > 0 ? ['Added:', '', ...table(rowHead, added.map(rowCells)), ''] : []),
    ...(removed.length > 0
      ? [
          'Removed:',
          '',
          ...table(
            ['on', 'at', 'why'],
            removed.map(({ on, at, why }) => [code(on), at, why]),
          ),
          '',
        ]
      : []),
  ];
};

const lineLines = (line: KernelLine): readonly string[] => {
  const from = `From ${releaseText(line.from)} on`;
  const whole = line.base === null ? [...table(rowHead, line.rows.map(rowCells)), ''] : differenceLines(line);
  const told = line.base === null ? '' : `, told as a change to ${code(line.base.id)}`;
  return [`## ${line.id}`, '', `${from}${told}: ${line.about}.`, '', ...whole];
};

/** The whole page. */
export const mappingPage = (): string =>
  [
    '<!-- Made by `npm run docs` from packages/ingest; a test says when it is out of date. Do not edit. -->',
    '',
    '# What probes mean',
    '',
    'A line of a trace becomes facts by a row of these tables. A row is found by the function that the probe stands on, as the',
    'kernel prints it: `(really_probe+0x0/0x380)` at an entry, `(caller+0x1a/0x50 <- really_probe)` at a return; so probes can have',
    'any name. Where the text does not say, it is found by the name of the event: the function’s, with `_ret`, `__return` or',
    '`__exit` for a return, or one of "also named". Arguments are known by the names under "uses". A return that shows no',
    'argument is paired with the entry by task and nesting. Where two probes stand at one place, the first one tells.',
    '',
    '`custody doctor trace FILE` says what a trace can show by these, and which probe to add.',
    '',
    '## Probes of your own',
    '',
    '`custody import --mapping FILE` adds rows, or puts them in the place of those on the same function:',
    '',
    '```json',
    '{',
    '  "rows": [{ "on": "my_claim", "at": "entry", "means": "CallEntered", "as": "claim" }],',
    '  "arguments": { "device": "dev", "cookie": "newowner" }',
    '}',
    '```',
    '',
    '`on` and `at` (entry, return or event) are where the probe stands, `means` is one of the list below, `as` which of its kind,',
    '`named` are names of its event, `uses` and `note` are for the reader. `arguments` says by which name the rows know what',
    'your probe prints. The run’s header then says e.g. `linux-6.1+FILE`, and another mapping is another run.',
    '',
    '## The vocabulary',
    '',
    ...table(
      ['means', 'says'],
      meaningNames.map((name) => [name, meanings[name].says]),
    ),
    '',
    ...kernelLines.flatMap(lineLines),
  ].join('\n');
