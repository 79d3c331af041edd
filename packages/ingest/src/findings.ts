import type { Position } from '@custody/trace';
import type { Unexplained } from './accounting.ts';
import type { Interpreter, Tally } from './interpreter.ts';
import { defaultLine } from './mapping/lines.ts';
import type { MappingFile } from './mapping/mapping-file.ts';
import { keyOf } from './mapping/row.ts';

/** Something about a recording that a reader must know; `position` where it shows, if anywhere. */
export interface Finding {
  readonly kind: string;
  readonly text: string;
  readonly position?: Position;
}

/** Texts that lie beside a trace in tracefs and say what it does not. */
export interface Beside {
  /** tracefs `kprobe_profile`: per probe its name, hits and misses. */
  readonly profile?: string | undefined;
  /** tracefs `per_cpu/cpuN/stats` of all CPUs, one after the other. */
  readonly stats?: string | undefined;
}

/** Counts many and keeps the first: there may be as many as the file has lines. */
export class FirstOf<Item> {
  length = 0;
  #first: Item | undefined;

  push(item: Item): void {
    this.#first ??= item;
    this.length += 1;
  }

  *[Symbol.iterator](): Generator<Item, void> {
    if (this.#first !== undefined) yield this.#first;
  }
}

/** What the lines said beside their facts. */
export interface LineTally {
  lines: number;
  events: number;
  verbatim: number;
  comments: number;
  unreadable: FirstOf<{ readonly line: number; readonly reason: string }>;
  lost: number;
  gaps: number;
  firstGap: Position | null;
  backwards: number;
  cut: boolean;
  begun: boolean;
  ended: boolean;
  kept: Map<string, number>;
}

/** A recorder that marked the beginning marks the end, unless the kernel died of a BUG. */
export const stopsShort = ({ begun, ended }: LineTally, { bugs }: Pick<Interpreter, 'bugs'>): boolean =>
  begun && !ended && bugs.length === 0;

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Probes that were missed, most often first; `name hits misses` a line. */
const missedProbes = (profile: string): { readonly name: string; readonly hits: number; readonly misses: number }[] =>
  [...profile.matchAll(/^\s*(\S+)\s+(\d+)\s+(\d+)\s*$/gm)]
    .map(([, name = '', hits, misses]) => ({ name, hits: Number(hits), misses: Number(misses) }))
    .filter(({ misses }) => misses > 0)
    .sort((left, right) => right.misses - left.misses);

const sumOf = (stats: string, counter: RegExp): number =>
  [...stats.matchAll(counter)].reduce((sum, [, value]) => sum + Number(value), 0);

/**
 * What the texts beside a trace say is missing: see `ImportReport`.
 *
 * @param lost - events that lines of the trace say are missing: of the ring's overrun they are a part.
 */
export const missingBeside = ({ profile, stats }: Beside = {}, lost: number) => ({
  missed: profile === undefined ? null : missedProbes(profile).reduce((sum, { misses }) => sum + misses, 0),
  overrun:
    stats === undefined
      ? null
      : Math.max(0, sumOf(stats, /^(?:commit )?overrun: (\d+)$/gm) + sumOf(stats, /^dropped events: (\d+)$/gm) - lost),
});

const profileFindings = (profile: string): Finding[] => {
  const missed = missedProbes(profile);
  const [most] = missed;
  if (most === undefined) return [];
  const all = missed.reduce((sum, { misses }) => sum + misses, 0);
  const others = missed.length === 1 ? '' : `, the most of ${missed.length} probes`;
  const text =
    `probes were missed ${many(all, 'time')} (${most.name}: ${most.misses} beside ${most.hits} hits${others}): ` +
    'lines may be missing where no other sign says so';
  return [{ kind: 'probes-missed', text }];
};

const besideFindings = (beside: Beside, lost: number): Finding[] => {
  const { overrun } = missingBeside(beside, lost);
  const profile = beside.profile === undefined ? [] : profileFindings(beside.profile);
  if (overrun === null || overrun === 0) return profile;
  const text = `the ring overran: ${many(overrun, 'event')} lost that no line of the trace tells of`;
  return [...profile, { kind: 'ring-overrun', text }];
};

const ownership = ({ owner, count }: Unexplained['from']): string => `owner ${owner ?? 'none'} count ${count}`;

/** Kinds of mutexes that are taken and of which no probe shows a release. */
export const neverReleased = ({ locks }: Pick<Tally, 'locks'>) =>
  (['group', 'device', 'other'] as const).filter((kind) => locks[kind].acquired > 0 && locks[kind].released === 0);

/**
 * What the reader has against the kernel, without what only shows that a probe is missing: a lock whose releases nobody sees
 * seems to be held for ever, and who was inside a call that nobody sees begin is not known.
 */
export const judgedBy = (reader: Interpreter) => {
  const blind = neverReleased(reader.tally());
  const kindOf = (lock: string) =>
    (['group', 'device'] as const).find((kind) => lock.startsWith(`${kind}:`)) ?? 'other';
  const probes = reader.probes();
  const sees = (means: string, op: string): boolean => probes.some((probe) => probe.means === means && probe.as === op);
  const begun = ['use', 'unuse', 'claim', 'release'].filter(
    (op) => sees('CallReturned', op) && !sees('CallEntered', op),
  );
  const all = reader.unexplained();
  const overlaps = reader.overlaps().filter(({ lock }) => !blind.includes(kindOf(lock)));
  const unexplained = begun.length === 0 ? all : all.filter(({ call }) => call !== null);
  const hint = 'see: custody doctor trace';
  return {
    overlaps,
    unexplained,
    notJudged: [
      ...(overlaps.length < reader.overlaps().length
        ? [
            `no probe shows the release of a ${blind.join(' or ')} mutex: whether two tasks held one is not judged; ${hint}`,
          ]
        : []),
      ...(unexplained.length < all.length
        ? [
            `no probe shows the beginning of ${begun.join(', ')}: ${many(all.length - unexplained.length, 'change')} of ` +
              `ownership by nobody seen in a call ${all.length - unexplained.length === 1 ? 'is' : 'are'} not judged; ${hint}`,
          ]
        : []),
    ],
  };
};

const judgementsOf = (reader: Interpreter): Finding[] => [
  ...judgedBy(reader).notJudged.map((text) => ({ kind: 'not-judged', text })),
  ...judgedBy(reader).unexplained.map(({ group, task, from, to, call, why, position: at }) => ({
    kind: 'unexplained-ownership',
    position: at,
    text:
      `group ${group}, ${ownership(from)} before and ${ownership(to)} after, while task ${task} was in ` +
      `${call ?? 'no call'}: ${why}`,
  })),
  ...judgedBy(reader).overlaps.map(({ lock, tasks, position: at }) => ({
    kind: 'lock-held-twice',
    position: at,
    text: `${lock} is held by two tasks, ${tasks.join(' and ')}`,
  })),
  ...reader.refusals().map(({ group, errno, bound, position: at }) => ({
    kind: 'claim-refused-while-quiet',
    position: at,
    text:
      `claim of group ${group} refused with ${errno} while no device of it is bound to a driver that uses the DMA API` +
      ` (bound: ${bound.join(', ') || 'none'}; nobody inside a bind or unbind; no user owner)`,
  })),
  ...reader.bugs.map(({ what, position: at }) => ({ kind: 'bug', position: at, text: what })),
];

/** What was found after events were lost may be owed to what is missing, and says so. */
const cautiousJudgements = (reader: Interpreter, firstGap: Position | null): Finding[] =>
  judgementsOf(reader).map((finding) =>
    firstGap === null || finding.kind === 'bug' || finding.kind === 'not-judged' || (finding.position ?? 0) < firstGap
      ? finding
      : { ...finding, text: `${finding.text}; events were lost before this, it may be owed to that` },
  );

/** A recording can have thousands; so many are pointed at. */
const gapsShown = 100;

const gapFindings = (reader: Interpreter, { lost, gaps }: LineTally): Finding[] => {
  if (gaps === 0) return [];
  const withdrawn = reader.withdrawn();
  const doubts = withdrawn === 0 ? '' : `; ${many(withdrawn, 'doubt')} beside them cannot be told from what is missing`;
  const places = reader.gaps.slice(0, gapsShown).map(({ position, cpu, count }) => ({
    kind: 'gap',
    position,
    text: `${count === null ? 'events' : many(count, 'event')} of cpu ${cpu ?? '?'} lost before here`,
  }));
  return [{ kind: 'events-lost', text: `${many(lost, 'event')} lost in ${many(gaps, 'gap')}${doubts}` }, ...places];
};

interface Found {
  readonly reader: Interpreter;
  readonly tally: LineTally;
  readonly kernel: string | null;
  readonly beside: Beside | undefined;
  /** The topology lists the groups' devices. */
  readonly members: boolean;
  readonly mapping: MappingFile | undefined;
}

/** Rows of the user's own that no line was read by: a name that is misspelt says nothing else. */
const unusedRows = (reader: Interpreter, { name, rows }: MappingFile): Finding[] => {
  const used = new Set(reader.probes().map(keyOf));
  const unused = rows.map(keyOf).filter((key) => !used.has(key));
  if (unused.length === 0) return [];
  const text = `no line of the trace was read by ${unused.length} of the ${many(rows.length, 'row')} of ${name}: ${unused.join(', ')}`;
  return [{ kind: 'mapping-unused', text }];
};

const textFindings = ({ reader, tally, kernel, members, mapping }: Found): Finding[] => {
  const findings: Finding[] = mapping === undefined ? [] : unusedRows(reader, mapping);
  const [unreadable] = tally.unreadable;
  if (unreadable) {
    const text = `${tally.unreadable.length} lines could not be read; the first is line ${unreadable.line}: ${unreadable.reason}`;
    findings.push({ kind: 'unreadable-lines', text });
  }
  if (tally.lines === 0) {
    findings.push({ kind: 'empty', text: 'there is no event in it: nothing was recorded, or it says so no more' });
  }
  if (tally.backwards > 0)
    findings.push({ kind: 'time-backwards', text: `time goes back at ${many(tally.backwards, 'line')}` });
  if (tally.cut) findings.push({ kind: 'cut', text: 'the file breaks off in the middle of its last line' });
  if (stopsShort(tally, reader)) {
    findings.push({ kind: 'cut', text: 'the recording has a begin marker but no end marker: it broke off' });
  }
  if (kernel === null) {
    findings.push({ kind: 'kernel-unknown', text: `nothing says which kernel this is; read as ${defaultLine.id}` });
  }
  if (reader.strangers() > 0) {
    const text = `${reader.strangers()} group addresses are not in the topology: it may be of another boot`;
    findings.push({ kind: 'topology-mismatch', text });
  }
  if (!members) {
    const text = 'no topology.json: which devices a group has is not known; give --topology';
    findings.push({ kind: 'no-topology', text });
  }
  return findings;
};

/** All that a reader of the recording must know, what was judged first. */
export const findingsOf = (found: Found): Finding[] => [
  ...cautiousJudgements(found.reader, found.tally.firstGap),
  ...gapFindings(found.reader, found.tally),
  ...besideFindings(found.beside ?? {}, found.tally.lost),
  ...textFindings(found),
];
