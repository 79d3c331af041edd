import { type Fact, nanos, runId, type Stamp, type TraceEvent, taskId } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exported } from '../exported.ts';
import { anyEvent } from '../facts.testing.ts';
import { eventLine } from './event-line.ts';
import { ftraceReader, looksLikeFtraceExport, readFtraceHead } from './read-ftrace.ts';
import { writeFtrace } from './write-ftrace.ts';

const run: Exported = {
  header: {
    run: runId('3f9c'),
    title: 'a race,\nin two lines',
    source: { kind: 'recording', file: 'stream.trace', kernel: '6.1.0-56-amd64', mapping: 'linux-6.1' },
    topology: { groups: [] },
  },
  end: { events: 2, complete: true, findings: [{ kind: 'bug', text: 'kernel BUG at "vfio.c":698' }] },
};

async function* inBatches(events: readonly TraceEvent[], size: number) {
  for (let from = 0; from < events.length; from += size) yield events.slice(from, from + size);
}

const textOf = async (events: readonly TraceEvent[], size = 1000): Promise<string> => {
  let text = '';
  for await (const piece of writeFtrace(run, () => inBatches(events, size))) text += piece;
  return text;
};

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

const read = (lines: readonly string[]) => {
  const reader = ftraceReader();
  const told = lines.map(reader.read);
  const events = told.flatMap((line) => (line.kind === 'event' ? [line.event] : []));
  const unreadable = told.flatMap((line) => (line.kind === 'unreadable' ? [line.reason] : []));
  return { events, unreadable, wholeness: reader.wholeness() };
};

/** `line` is where an event stands in the text at hand. */
const withoutLine = ({ line: _line, ...event }: TraceEvent) => event;

const recorded: Stamp = { task: taskId('644'), at: nanos(30_276_978_001), cpu: 1, comm: 'h' };
const by = (stamp: Stamp, fact: Fact): TraceEvent => ({ ...fact, ...stamp });
const claimed: Fact = { type: 'OwnerSet', data: { group: '6', owner: null, count: 1 } } as Fact;

describe('a run as ftrace text', () => {
  it('gives back any facts, as they were and in their order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 20 }), fc.integer({ min: 1, max: 7 }), async (events, size) => {
        const text = await textOf(events, size);
        // Else UTF-8 would lose something of it.
        expect(text.isWellFormed()).toBe(true);
        const back = read(linesOf(text));
        expect(back.unreadable).toEqual([]);
        expect(back.events.map((event) => JSON.stringify(withoutLine(event)))).toEqual(
          events.map((event) => JSON.stringify(event)),
        );
        expect(back.wholeness).toBe('as written');
      }),
      { numRuns: 500 },
    ));

  it('says in its head what the run is, once and on one line', async () => {
    const text = await textOf([]);
    const [first = '', second = ''] = linesOf(text);
    expect(looksLikeFtraceExport(text)).toBe(true);
    expect(readFtraceHead(first, second)).toEqual(run);
  });

  it('tells each event’s line in the text at hand, counted from 1', async () => {
    const lines = linesOf(await textOf([by(recorded, claimed), by(recorded, claimed)]));
    expect(read(lines).events.map(({ line }) => lines[(line ?? 0) - 1]?.includes('OwnerSet'))).toEqual([true, true]);
  });

  it.each([
    [
      'a recorded fact',
      recorded,
      claimed,
      '               h-644     [001] .....    30.276978001: OwnerSet: group="6" owner=null count=1',
    ],
    [
      'one of a task whose comm is not known',
      { task: taskId('644'), at: nanos(5), cpu: 0 } as Stamp,
      claimed,
      '           <...>-644     [000] .....     0.000000005: OwnerSet: group="6" owner=null count=1',
    ],
    [
      'one of a simulated task',
      { task: taskId('T1'), at: nanos(7) } as Stamp,
      claimed,
      '              T1-1       [000] .....     0.000000007: OwnerSet: (task="T1") group="6" owner=null count=1',
    ],
    [
      'a line that was kept',
      recorded,
      { type: 'LineKept', data: { name: 'pci_probe', text: '(pci_probe+0x0/0x9) dev="a"' } } as Fact,
      '               h-644     [001] .....    30.276978001: pci_probe: (pci_probe+0x0/0x9) dev="a"',
    ],
    [
      'text over two lines',
      recorded,
      { type: 'MarkerWritten', data: { text: 'one\n"two"' } } as Fact,
      '               h-644     [001] .....    30.276978001: MarkerWritten: text="one\\n\\"two\\""',
    ],
  ])('has %s in the shape of trace-cmd report', (_, stamp, fact, line) => {
    expect(eventLine(by(stamp, fact))).toBe(line);
  });
});

describe('ftrace text that was changed since it was written', () => {
  const whole = [by(recorded, claimed), by(recorded, { type: 'BugHit', data: { what: 'x' } })];

  it('is known to be changed, whichever letter of its facts is another', async () => {
    const text = await textOf(whole);
    const from = text.indexOf('h-644');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: from, max: text.indexOf('# end') - 2 }), async (at) => {
        const changed = `${text.slice(0, at)}${text[at] === 'z' ? 'y' : 'z'}${text.slice(at + 1)}`;
        expect(read(linesOf(changed)).wholeness).toBe('changed');
      }),
    );
  });

  it('is cut where its last line is missing, and changed where one before it is', async () => {
    const lines = linesOf(await textOf(whole));
    expect(read(lines.slice(0, -1)).wholeness).toBe('cut');
    expect(read(lines.toSpliced(-2, 1)).wholeness).toBe('changed');
    expect(read([...lines, lines.at(-2) ?? '']).wholeness).toBe('changed');
  });

  it.each([
    ['a fact of a newer version', 'LockForgotten: lock="a"', 'no fact is called "LockForgotten" here'],
    ['a field of a newer version', 'LockReleased: lock="a" why="b"', 'LockReleased has no field "why"'],
    ['a field of another kind', 'LockReleased: lock=1', 'LockReleased cannot have lock=1'],
    ['a missing field', 'LockReleased:', 'LockReleased cannot have lock=undefined'],
    ['an errno where an operation must be', 'CallEntered: op="EPERM" group=null', 'CallEntered cannot have op="EPERM"'],
    ['a quote that does not close', 'LockReleased: lock="a', '" lock="a" is no word'],
    ['a word without a value', 'LockReleased: lock="a" b', '" b" is no word'],
    ['a time that is none', 'LockReleased: (at="a") lock="a"', 'no task, time, cpu or comm can be {"at":"a"}'],
    ['a bracket that does not close', 'LockReleased: (cpu=1 lock="a"', 'a bracket does not close'],
  ])('has the reason why %s is not read', (_, fact, reason) => {
    expect(ftraceReader().read(`  sh-1  [000] ..... 1.000000000: ${fact}`)).toEqual({ kind: 'unreadable', reason });
  });

  it('is read, or has a reason, whatever stands in a line', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), anyEvent.map(eventLine)),
        fc.nat(200),
        fc.string(),
        (line, at, bit) => {
          const told = ftraceReader().read(line.slice(0, at) + bit + line.slice(at + 1));
          expect(['event', 'comment', 'unreadable']).toContain(told.kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the head of ftrace text', () => {
  it.each([
    ['of a newer format', '# custody ftrace 2', '# {}', /format 2, and this version reads format 1; upgrade/],
    ['that is no JSON', '# custody ftrace 1', '# {', /second line is no JSON/],
  ])('%s is refused', (_, first, second, says) => {
    expect(() => readFtraceHead(first, second)).toThrow(says);
  });
});
