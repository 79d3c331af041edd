import { memoryLog } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { deskOn } from './desk.testing.ts';
import type { GuestRecording } from './record-guest.ts';
import { recording, sourceOf } from './recording.testing.ts';
import type { Workbench } from './workbench.ts';

const { topology, source } = recording(200);

const guest: GuestRecording['guest'] = {
  kernel: { name: '6.1', release: '6.1.0-56-amd64', sha256: '00' },
  scenario: 'race',
  seed: 7,
  topology: 'singleton e1000\n',
  accelerator: 'tcg',
  qemu: [],
  probes: { ok: ['glock'], absent: [], skipped: [], rejected: {} },
};

const nothingMissed = { profile: 'glock 200 0\n', stats: 'overrun: 0\ndropped events: 0\n' };

const good = { isWhole: true, findings: [], beside: nothingMissed };

const liveFrom = (
  pieces: AsyncIterable<Uint8Array>,
  end: Awaited<ReturnType<GuestRecording['trace']['ended']>> = good,
): GuestRecording => ({ guest, topology: topology ?? '', trace: { pieces, ended: async () => end } });

const eventsOf = async (desk: Workbench, run: string) => {
  const { timeline } = await desk.open(run);
  return Array.from({ length: timeline.length }, (_, index) => timeline.at(index));
};

describe('a guest that is recorded', () => {
  it('gives the events that an import of the same text gives', async () => {
    const desk = deskOn(memoryLog());
    const live = await desk.record(liveFrom(source.open()));
    const imported = await desk.importRecording(recording(200));
    const events = await eventsOf(desk, live.run);
    expect(events).toHaveLength(live.facts);
    expect(events).toEqual(await eventsOf(desk, imported.run));
    expect(live).toMatchObject({ complete: true, kernel: '6.1.0-56-amd64', mapping: 'linux-6.1', findings: [] });
  });

  it('is in the log while it goes on, open, and is closed at its end', async () => {
    const desk = deskOn(memoryLog());
    const seen: { readonly events: number; readonly closed: boolean }[] = [];
    const look = async (): Promise<void> => {
      const [entry] = await desk.runs();
      if (entry === undefined) return;
      const run = await desk.open(entry.header.run);
      seen.push({ events: run.timeline.length, closed: run.closed });
    };
    async function* watched() {
      for await (const piece of source.open()) {
        yield piece;
        await look();
      }
    }
    await desk.record(liveFrom(watched()));
    await look();
    const grown = seen.map(({ events }) => events);
    expect(grown).toEqual([...grown].sort((left, right) => left - right));
    expect(new Set(grown).size).toBeGreaterThan(20);
    expect(seen.map(({ closed }) => closed)).toEqual([...seen.slice(1).map(() => false), true]);
  });

  it('keeps what it was made of, and is called after it', async () => {
    const desk = deskOn(memoryLog());
    const { run, title } = await desk.record(liveFrom(source.open()));
    const [entry] = await desk.runs();
    expect(entry?.header.source).toEqual({
      kind: 'recording',
      file: '6.1/race',
      kernel: '6.1.0-56-amd64',
      mapping: 'linux-6.1',
      guest,
    });
    expect(title).toBe(`6.1/race/${run.slice(0, 8)}`);
  });

  it('is another run each time, though the events be the same', async () => {
    const desk = deskOn(memoryLog());
    const first = await desk.record(liveFrom(source.open()));
    const second = await desk.record(liveFrom(source.open()));
    expect(second.run).not.toBe(first.run);
    expect(second.facts).toBe(first.facts);
  });

  it.each([
    ['its recorder does not say that all of it came', { ...good, isWhole: false }],
    ['probes were missed', { ...good, beside: { ...nothingMissed, profile: 'glock 200 1\n' } }],
    ['nobody counted missed probes', { ...good, beside: { stats: nothingMissed.stats } }],
    ['the ring overran', { ...good, beside: { ...nothingMissed, stats: 'overrun: 3\ndropped events: 0\n' } }],
    ['nobody looked whether it did', { ...good, beside: { profile: nothingMissed.profile } }],
  ])('is not complete when %s', async (_, end) => {
    const { complete } = await deskOn(memoryLog()).record(liveFrom(source.open(), end));
    expect(complete).toBe(false);
  });

  it('is not complete when its text says that events were lost', async () => {
    async function* lossy() {
      yield* source.open();
      yield* sourceOf('CPU:1 [LOST 5 EVENTS]\n').open();
    }
    const { complete, lost } = await deskOn(memoryLog()).record(liveFrom(lossy()));
    expect({ complete, lost }).toEqual({ complete: false, lost: 5 });
  });

  it('has what its recorder noticed before what the importer found', async () => {
    const noticed = [{ kind: 'guest-oops', text: 'the guest’s kernel said: BUG' }];
    const { findings } = await deskOn(memoryLog()).record(liveFrom(source.open(), { ...good, findings: noticed }));
    expect(findings[0]).toEqual(noticed[0]);
  });
});
