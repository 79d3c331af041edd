import { type EventLog, type LogEvent, memoryLog, revision, streamId } from '@custody/log';
import { hybridOf } from '@custody/ownership';
import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';

import type { RunEnd } from './catalogue.ts';
import { deskOn, newDesk, sha256 } from './desk.testing.ts';
import { RequestError } from './errors.ts';

import type { About, Parcel } from './parcel.ts';
import { recording } from './recording.testing.ts';

const later = '2027-01-01T00:00:00.000Z';

/** A desk with one recording of 900 uses and two notes on it, and that run as a parcel. */
const sender = async (log: EventLog = memoryLog()) => {
  const desk = deskOn(log);
  const { run } = await desk.importRecording(recording(900));
  const opened = await desk.open(run);
  await desk.addNote(opened, position(4), { author: 'jason', body: 'what if B is here?' });
  await desk.replyToNote(opened, 'n1', { author: 'robin', body: 'then it waits' });
  return { desk, log, run, parcel: await desk.pack(run) };
};

const all = async (log: EventLog, stream: string): Promise<LogEvent[]> => {
  const events: LogEvent[] = [];
  for await (const some of log.read(streamId(stream))) events.push(...some);
  return events;
};

/** Everything that a log says of a run. */
const told = async (log: EventLog, run: string) => ({
  entry: (await deskOn(log).runs()).find(({ header }) => header.run === run),
  events: await all(log, `run-${run}`),
  notes: await all(log, `notes-${run}`),
});

/** The parcel with another word about it, or with its events changed on the way. */
const changed = (
  parcel: Parcel & { readonly about: About },
  about: Partial<About>,
  change = (event: LogEvent, _index: number): LogEvent => event,
): Parcel => ({
  ...parcel,
  about: { ...parcel.about, ...about },
  read: async function* () {
    let index = 0;
    for await (const { of, items } of parcel.read()) {
      yield {
        of,
        items: items.map((event) => {
          index += 1;
          return change(event, index - 1);
        }),
      };
    }
  },
});

describe('a run that is taken in', () => {
  it('is the run that was sent: its id, title, source, times, events, findings and notes', async () => {
    const { log, run, parcel } = await sender();
    const other = memoryLog();
    const taken = await deskOn(other, { now: later }).takeIn(parcel);
    expect(taken).toMatchObject({
      run,
      title: 'uses',
      already: false,
      facts: parcel.events.count,
      openedAt: parcel.about.openedAt,
    });
    expect(taken.notes).toEqual({ came: 2, added: 2 });
    expect(await told(other, run)).toEqual(await told(log, run));
  });

  it('tells the SHA-256 of its events as lines', async () => {
    const { log, run, parcel } = await sender();
    const lines = (await all(log, `run-${run}`)).map((event) => `${JSON.stringify(event)}\n`).join('');
    expect((await newDesk().takeIn(parcel)).digest).toBe(sha256(lines));
  });

  it('twice is there already, and keeps the title that it has', async () => {
    const { run, log, parcel } = await sender();
    const other = memoryLog();
    await deskOn(other).takeIn(parcel, { title: 'mine' });
    const before = await told(other, run);
    expect(await deskOn(other, { now: later }).takeIn(parcel)).toMatchObject({
      already: true,
      title: 'mine',
      written: 0,
    });
    expect(await told(other, run)).toEqual(before);
    expect(await deskOn(log).takeIn(parcel)).toMatchObject({ already: true, notes: { came: 2, added: 0 } });
  });

  it('and then imported is there already', async () => {
    const { parcel } = await sender();
    const desk = newDesk();
    await desk.takeIn(parcel);
    expect(await desk.importRecording(recording(900))).toMatchObject({ already: true, lines: 4500 });
  });

  it('brings notes together, and neither loses nor doubles one', async () => {
    const { desk, log, run, parcel } = await sender();
    const other = memoryLog();
    const there = deskOn(other, { now: later });
    await there.takeIn(parcel);
    await there.resolveNote(await there.open(run), 'n1', 'robin');
    await desk.replyToNote(await desk.open(run), 'n1', { author: 'kevin', body: 'not always' });

    await there.takeIn(await desk.pack(run));
    await desk.takeIn(await there.pack(run));
    expect(await desk.takeIn(await there.pack(run))).toMatchObject({ notes: { came: 4, added: 0 } });
    const here = await desk.notes(await desk.open(run));
    expect(await there.notes(await there.open(run))).toEqual(here);
    expect(here.notes).toMatchObject([
      { id: 'n1', resolved: true, replies: [{ author: 'robin' }, { author: 'kevin' }] },
    ]);
    expect(await log.head(streamId(`notes-${run}`))).toBe(4);
  });

  it('is taken up where it was interrupted, wherever that was', async () => {
    const { log, run, parcel } = await sender();
    const expected = await told(log, run);
    let interruptions = 0;
    for (let stop = 1; ; stop += 1) {
      const other = memoryLog();
      let appends = 0;
      const dying: EventLog = {
        ...other,
        append: (stream, events, at) => {
          appends += 1;
          if (appends === stop) throw new Error('killed');
          return other.append(stream, events, at);
        },
      };
      const first = await deskOn(dying)
        .takeIn(parcel)
        .catch((error: Error) => error.message);
      if (first !== 'killed') break;
      interruptions += 1;
      await deskOn(other).takeIn(parcel);
      expect(await told(other, run)).toEqual(expected);
    }
    expect(interruptions).toBe(3 + Math.ceil(parcel.events.count / 1000));
  });

  it('that was not closed is not closed here, and is ended by one that was', async () => {
    const { log, run, parcel } = await sender();
    const other = memoryLog();
    const cut: Parcel = {
      ...changed(parcel, { end: null, closedAt: null }),
      events: { ...parcel.events, count: 1000 },
      read: async function* () {
        for await (const { of, items } of parcel.read()) {
          yield { of, items };
          return;
        }
      },
    };
    expect(await deskOn(other).takeIn(cut)).not.toHaveProperty('end');
    expect(await deskOn(other).takeIn(cut)).toMatchObject({ already: true });
    expect(await deskOn(other).takeIn(parcel)).toMatchObject({ already: false, written: parcel.events.count - 1000 });
    expect(await told(other, run)).toEqual(await told(log, run));
    expect(await deskOn(other).takeIn(cut)).toMatchObject({ already: true, end: { complete: true } });
  });
});

const endOf = ({ about: { end } }: { readonly about: About }): RunEnd => {
  if (end === null) throw new Error('the run was not closed');
  return end;
};

describe('what is refused', () => {
  /** Nothing at all may be left of it. */
  const refusal = async (parcel: Parcel): Promise<unknown> => {
    const log = memoryLog();
    const error = await deskOn(log)
      .takeIn(parcel)
      .then(
        () => new Error('taken in'),
        (thrown: unknown) => thrown,
      );
    expect(await log.streams()).toEqual([]);
    return error;
  };

  it('is refused whole: what is wrong at its end leaves nothing of its beginning', async () => {
    const { parcel } = await sender();
    const broken: Parcel = {
      ...parcel,
      read: async function* () {
        yield* parcel.read();
        throw new RangeError('cut at byte 7');
      },
    };
    expect(await refusal(broken)).toMatchObject({ message: 'cut at byte 7' });
  });

  it.each<[string, (parcel: Parcel & { readonly about: About }) => Parcel, RegExp]>([
    ['says nothing', (parcel) => ({ ...parcel, about: null }), /says nothing of the run/],
    [
      'is under another id',
      (parcel) => changed(parcel, { header: { ...parcel.about.header, run: 'x' as never } }),
      /another run/,
    ],
    [
      'ends otherwise',
      (parcel) => changed(parcel, { end: { events: 3, complete: true, findings: [] } }),
      /how the run ended/,
    ],
    [
      'has half a report',
      (parcel) => changed(parcel, { end: { ...endOf(parcel), report: {} as never } }),
      /how the run ended/,
    ],
    [
      'holds what is no event',
      (parcel) => changed(parcel, {}, () => ({ type: 'OwnerSet', data: {} })),
      /event 0 has no data, task/,
    ],
    [
      'holds facts of a newer version',
      (parcel) => changed(parcel, {}, (event, at) => (at === 1500 ? { ...event, type: 'TeaMade' } : event)),
      /event 1500, "TeaMade", is not known here; .*upgrade/,
    ],
  ])('so is one that %s', async (_, change, says) => {
    const { parcel } = await sender();
    const error = await refusal(change(parcel));
    expect(error).toBeInstanceOf(RequestError);
    expect((error as Error).message).toMatch(says);
  });

  it('is another run under an id that is there', async () => {
    const { log, run, parcel } = await sender();
    const before = await told(log, run);
    const forged = changed(parcel, {}, (event, at) => (at === 1234 ? { ...event, data: {} } : event));
    await expect(deskOn(log).takeIn(forged)).rejects.toThrow(/other events \(event 1234 differs\)/);
    expect(await told(log, run)).toEqual(before);
  });
});

describe('whether the events are what the id says', () => {
  const leak = { variant: 'robin-mail', scenario: 'fail-before-claim' };
  const simulated = async () => {
    const desk = newDesk();
    return desk.pack((await desk.simulate(leak, { kind: 'random', seed: 3 })).run);
  };

  it('is not known of a recording, as its text is not sent along', async () => {
    expect(await newDesk().takeIn((await sender()).parcel)).toMatchObject({ origin: 'not checked' });
  });

  it('is looked at by simulating again', async () => {
    expect(await newDesk().takeIn(await simulated())).toMatchObject({ origin: 'made again' });
  });

  it('also for a variant of one’s own, in another size, with late stores', async () => {
    const desk = newDesk();
    const variant = hybridOf({ extends: 'robin-mail', knobs: { releaseOnEarlyFailure: 'after clear' } }, 'mended.json');
    const asked = { variant, scenario: 'case-1a', devices: 3, stores: 'late' } as const;
    const { run } = await desk.simulate(asked, { kind: 'round-robin' });
    expect(await newDesk().takeIn(await desk.pack(run))).toMatchObject({ origin: 'made again' });
  });

  it('also for a run that ends before everybody is done', async () => {
    const desk = newDesk();
    const { run, ending } = await desk.simulate(leak, { kind: 'schedule', schedule: 'T0*3 T1' });
    expect(ending).toBe('stopped');
    expect(await newDesk().takeIn(await desk.pack(run))).toMatchObject({ origin: 'made again' });
  });

  it('a simulation with other events than its schedule gives is refused', async () => {
    const forged = changed(await simulated(), {}, (event, at) => (at === 5 ? { ...event, at: 99 } : event) as LogEvent);
    await expect(newDesk().takeIn(forged)).rejects.toThrow(/gives other events here, from event 5 on/);
  });
});

describe('comparing what was taken in', () => {
  it('finds everything the same, also beside notes of other people', async () => {
    const { run, parcel } = await sender();
    const there = deskOn(memoryLog(), { ids: 'm' });
    const { digest } = await there.takeIn(parcel);
    await there.addNote(await there.open(run), position(9), { author: 'kevin', body: 'mine' });
    expect(await there.verify(parcel)).toEqual({ differences: [], events: parcel.events.count, digest, notes: 2 });
  });

  it('says what is not the same', async () => {
    const { run, parcel } = await sender();
    const log = memoryLog();
    await deskOn(log).takeIn(parcel);
    const forged = changed(parcel, { header: { ...parcel.about.header, topology: { groups: [] } } }, (event, at) =>
      at === 7 ? { ...event, data: { other: true } } : event,
    );
    await log.append(streamId(`run-${run}`), [{ type: 'LineKept', data: {} }], revision(parcel.events.count));
    await log.remove(streamId(`notes-${run}`));
    expect((await deskOn(log).verify(forged)).differences).toEqual([
      'the topology in the catalogue is another',
      'event 7 is another',
      `there are events after ${parcel.events.count}`,
      '2 of 2 updates of notes are missing',
    ]);
  });
});
