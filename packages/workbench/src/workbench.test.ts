import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { type EventLog, memoryLog, revision, streamId } from '@custody/log';
import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { deskOn, sha256 } from './desk.testing.ts';
import { RequestError, UnknownRunError } from './errors.ts';
import { exploreScenario } from './model-run.ts';
import { recording, sourceOf } from './recording.testing.ts';

describe('an import', () => {
  it('becomes a run that opens with what the last reading says', async () => {
    const desk = deskOn(memoryLog());
    const imported = await desk.importRecording(recording(3));
    const run = await desk.open('uses');
    expect(imported).toMatchObject({ lines: 15, already: false, complete: true, unexplained: 0 });
    expect(run.replayer.end).toBe(imported.facts);
    expect(Object.values(run.replayer.stateAt(run.replayer.end).groups)[0]?.ownerCount).toBe(3);
  });

  it('of the same bytes twice is one run', async () => {
    const desk = deskOn(memoryLog());
    const first = await desk.importRecording(recording(3));
    const second = await desk.importRecording(recording(3));
    expect(second).toEqual({ ...first, already: true });
    expect(await desk.runs()).toHaveLength(1);
  });

  it('with another meaning of its probes is another run, and says by what it was read', async () => {
    const desk = deskOn(memoryLog());
    const plain = await desk.importRecording(recording(3));
    const rows = [{ on: 'iommu_device_use_default_domain', at: 'entry', means: 'Nothing' }];
    const own = (name: string) => ({ ...recording(3), mapping: { name, text: JSON.stringify({ rows }) } });
    const other = await desk.importRecording(own('mine.json'));
    expect(other).toMatchObject({ mapping: 'linux-6.1+mine.json', already: false });
    expect(other.run).not.toBe(plain.run);
    expect(await desk.importRecording(own('mine.json'))).toMatchObject({ run: other.run, already: true });
  });

  it('has the id that its whole text gives, however it comes in', async () => {
    const text = 'h-1 [000] ..... 1.0: print: tracing_mark_write: "Žluťoučký" \\ \u{1f427}\t\u2028\r\n'.repeat(500);
    const { run } = await deskOn(memoryLog()).importRecording({
      file: 'a.trace',
      title: 'a',
      topology: null,
      source: sourceOf(text),
    });
    expect(run).toBe(sha256(JSON.stringify(['recording', 3, 'linux-6.1', null, text])).slice(0, 12));
  });

  it('of a trace.dat is another run when a byte of it is another, be it text or not', async () => {
    const bytes = readFileSync(new URL('../../../fixtures/lab-robin-leak/trace.dat', import.meta.url));
    const unpack = {
      inflate: (packed: Uint8Array, size: number) => inflateSync(packed, { maxOutputLength: Math.max(size, 1) }),
      zstd: (packed: Uint8Array, size: number) => zstdDecompressSync(packed, { maxOutputLength: Math.max(size, 1) }),
    };
    const desk = deskOn(memoryLog());
    const imported = async (content: Uint8Array) => {
      const source = { open: () => Readable.from([content]), unpack };
      return desk.importRecording({ file: 'trace.dat', title: 'dat', topology: null, source });
    };
    const { run } = await imported(bytes);
    expect(await imported(bytes)).toMatchObject({ run, already: true });
    // A byte that begins no character of UTF-8, and another that begins none, late in the data of a CPU.
    const at = bytes.findLastIndex((byte, index) => byte === 0xff && index < bytes.length - 100);
    const other = Uint8Array.from(bytes);
    other[at] = 0xfe;
    const decode = (content: Uint8Array) => new TextDecoder().decode(content);
    expect(decode(other)).toBe(decode(bytes));
    expect((await imported(other)).run).not.toBe(run);
  });

  it('whose writer died is a run marked incomplete, and is taken up where it stopped', async () => {
    const log = memoryLog();
    let appends = 0;
    const dying: EventLog = {
      ...log,
      append: (stream, events, expected) => {
        appends += 1;
        if (appends === 3) throw new Error('killed');
        return log.append(stream, events, expected);
      },
    };
    await expect(deskOn(dying).importRecording(recording(2000))).rejects.toThrow('killed');
    const [left] = await deskOn(log).runs();
    expect(left?.end).toBeUndefined();
    expect((await deskOn(log).open('uses')).complete).toBe(false);

    const again = await deskOn(log).importRecording(recording(2000));
    const whole = memoryLog();
    await deskOn(whole).importRecording(recording(2000));
    expect((await deskOn(log).open('uses')).complete).toBe(true);
    expect(await all(log, again.run)).toEqual(await all(whole, again.run));
  }, 30_000);

  it('that meets another writer of the same run is refused with what to do, and loses nothing', async () => {
    const log = memoryLog();
    let raced = false;
    const racing: EventLog = {
      ...log,
      append: async (stream, events, expected) => {
        if (stream.startsWith('run-') && !raced) {
          raced = true;
          await log.append(stream, events, expected);
        }
        return log.append(stream, events, expected);
      },
    };
    await expect(deskOn(racing).importRecording(recording(3))).rejects.toThrow(
      /another process is writing the same run/,
    );
    const other = await deskOn(log).importRecording(recording(3));
    expect(await all(log, other.run)).toHaveLength(other.facts);
  });
});

describe('the catalogue', () => {
  it('takes another writer’s run that came in between, and still gets its own', async () => {
    const log = memoryLog();
    let between = false;
    const racing: EventLog = {
      ...log,
      append: async (stream, events, expected) => {
        if (stream === 'runs' && !between) {
          between = true;
          await deskOn(log).importRecording(recording(1, 'other'));
        }
        return log.append(stream, events, expected);
      },
    };
    await deskOn(racing).importRecording(recording(2, 'mine'));
    const runs = await deskOn(log).runs();
    expect(runs.map(({ header, end }) => [header.title, end?.complete])).toEqual([
      ['other', true],
      ['mine', true],
    ]);
  });
});

const all = async (log: EventLog, run: string): Promise<unknown[]> => {
  const events: unknown[] = [];
  for await (const some of log.read(streamId(`run-${run}`))) events.push(...some);
  return events;
};

describe('a run’s name', () => {
  it('is its id, its title, or the beginning of one', async () => {
    const desk = deskOn(memoryLog());
    const { run } = await desk.importRecording(recording(1, 'first'));
    await desk.importRecording(recording(2, 'second'));
    for (const name of [run, run.slice(0, 5), 'first', 'fir']) {
      expect((await desk.open(name)).header.run).toBe(run);
    }
  });

  it('that is unknown or not clear is refused with what there is', async () => {
    const desk = deskOn(memoryLog());
    await expect(desk.open('x')).rejects.toThrow(/the store has no runs/);
    await desk.importRecording(recording(1, 'race-1'));
    await desk.importRecording(recording(2, 'race-2'));
    await expect(desk.open('x')).rejects.toThrow(UnknownRunError);
    await expect(desk.open('race')).rejects.toThrow(/could be .*race-1.*race-2/);
  });

  it('does not open a run with facts that only a newer version knows', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    const { run, facts } = await desk.importRecording(recording(1));
    await log.append(streamId(`run-${run}`), [{ type: 'TeaMade', data: {} }], revision(facts));
    await expect(desk.open(run)).rejects.toThrow(/"TeaMade" is not known here/);
  });
});

describe('the leak of the mail’s scheme', () => {
  const explored = exploreScenario({ variant: 'robin-mail', scenario: 'fail-before-claim' });
  const schedule = explored.properties.find(({ id }) => id === 'I4')?.schedule ?? '';

  it('is found by exploring, and a run of its schedule ends in it', async () => {
    const desk = deskOn(memoryLog());
    const made = await desk.simulate(
      { variant: 'robin-mail', scenario: 'fail-before-claim' },
      { kind: 'schedule', schedule },
    );
    expect(made).toMatchObject({ schedule, parted: null, ending: 'done', violations: [{ id: 'I4' }, { id: 'I11' }] });
    const run = await desk.open(made.run);
    const world = run.replayer.stateAt(run.replayer.end);
    expect(Object.values(world.groups)[0]?.owner).toBe('DMA_API');
    expect(Object.values(world.devices).map(({ driver }) => driver)).toEqual([null, null]);
  });

  it('is not there on linux-6.1 under the same schedule, and the difference is the owner', async () => {
    const desk = deskOn(memoryLog());
    expect(exploreScenario({ variant: 'linux-6.1', scenario: 'fail-before-claim' })).toMatchObject({
      complete: true,
      deadlock: null,
    });
    const choice = { kind: 'schedule', schedule } as const;
    const leaked = await desk.open(
      (await desk.simulate({ variant: 'robin-mail', scenario: 'fail-before-claim' }, choice)).run,
    );
    const sound = await desk.open(
      (await desk.simulate({ variant: 'linux-6.1', scenario: 'fail-before-claim' }, choice)).run,
    );
    const { comparison, atEnd } = desk.compare(leaked, sound);
    expect(comparison.kind).toBe('parted');
    expect(atEnd).toMatchObject([{ left: 'DMA_API', right: null }]);
    expect(atEnd[0]?.path).toMatch(/owner$/);
  });

  it('is refused politely for a scheme that does not exist', async () => {
    const desk = deskOn(memoryLog());
    expect(() => exploreScenario({ variant: 'linux-9.9', scenario: 'case-1a' })).toThrow(RequestError);
    await expect(desk.simulate({ variant: 'linux-6.1', scenario: 'case-9z' }, { kind: 'round-robin' })).rejects.toThrow(
      /there are: .*case-1a/,
    );
  });
});

describe('notes on a run', () => {
  it('are there again when the run is opened again, with their replies', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    await desk.importRecording(recording(2));
    const run = await desk.open('uses');
    await desk.addNote(run, position(4), { author: 'jason', body: 'what if B is here?' });
    await desk.replyToNote(run, 'n1', { author: 'robin', body: 'then it waits' });
    const { notes, damaged } = await deskOn(log).notes(await deskOn(log).open('uses'));
    expect(damaged).toEqual([]);
    expect(notes).toMatchObject([
      { id: 'n1', author: 'jason', anchor: { position: 4 }, replies: [{ author: 'robin', body: 'then it waits' }] },
    ]);
  });

  it('are each one event of the stream notes-<run>', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    const { run: id } = await desk.importRecording(recording(2));
    const run = await desk.open(id);
    await desk.addNote(run, position(1), { author: 'a', body: 'one' });
    await desk.addNote(run, position(2), { author: 'b', body: 'two' });
    expect(await log.head(streamId(`notes-${id}`))).toBe(2);
  });

  it('written at the same time by two people are both kept', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    await desk.importRecording(recording(2));
    const run = await desk.open('uses');
    await Promise.all([
      desk.addNote(run, position(1), { author: 'a', body: 'one' }),
      desk.addNote(run, position(2), { author: 'b', body: 'two' }),
    ]);
    expect((await desk.notes(run)).notes.map(({ body }) => body)).toEqual(['one', 'two']);
  });

  it('need words, and a note to answer', async () => {
    const desk = deskOn(memoryLog());
    await desk.importRecording(recording(2));
    const run = await desk.open('uses');
    await expect(desk.addNote(run, position(1), { author: 'a', body: ' ' })).rejects.toThrow(/empty note/);
    await expect(desk.replyToNote(run, 'nope', { author: 'a', body: 'x' })).rejects.toThrow(RequestError);
  });
});
