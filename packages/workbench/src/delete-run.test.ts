import { type EventLog, memoryLog } from '@custody/log';
import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { deskOn } from './desk.testing.ts';
import { RequestError, UnknownRunError } from './errors.ts';
import type { Recording } from './import-recording.ts';
import { sourceOf } from './recording.testing.ts';

const recording: Recording = {
  file: 'uses.trace',
  title: 'uses',
  topology: null,
  source: sourceOf(
    Array.from({ length: 40 }, (_, index) => `h-1 [000] ..... 1.0000${10 + index}: gacq: (f)\n`).join(''),
  ),
};

/** A log that fails, as if its process were killed, at the n-th removal of a stream. */
const dyingAt = (log: EventLog, nth: number): EventLog => {
  let removals = 0;
  return {
    ...log,
    remove: async (stream) => {
      removals += 1;
      if (removals === nth) throw new Error('killed');
      await log.remove(stream);
    },
  };
};

describe('a deleted run', () => {
  it('is listed no longer, nor opened, and leaves nothing behind but the catalogue', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    const { run, facts } = await desk.importRecording(recording);
    await desk.addNote(await desk.open('uses'), position(2), { author: 'Me', body: 'here' });
    expect(await desk.remove('uses')).toEqual({ run, title: 'uses', events: facts });
    expect(await desk.runs()).toEqual([]);
    await expect(desk.open('uses')).rejects.toThrow(UnknownRunError);
    expect(await log.streams()).toEqual(['runs']);
  });

  it('is made anew by importing the same bytes, without the old notes, as often as one likes', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    const first = await desk.importRecording(recording);
    for (let time = 0; time < 3; time += 1) {
      await desk.addNote(await desk.open('uses'), position(2), { author: 'Me', body: 'here' });
      await desk.remove(first.run);
      expect(await desk.importRecording(recording)).toMatchObject({ run: first.run, already: false });
      const run = await desk.open('uses');
      expect([run.closed, run.replayer.end]).toEqual([true, first.facts]);
      expect((await desk.notes(run)).notes).toEqual([]);
      expect(await desk.importRecording(recording)).toMatchObject({ already: true });
    }
    expect(await log.streams()).toHaveLength(2);
  });

  it('is gone as a whole when its deletion is killed anywhere, and what is left can be swept up', async () => {
    for (const nth of [1, 2]) {
      const log = memoryLog();
      const desk = deskOn(log);
      await desk.importRecording(recording);
      await desk.addNote(await desk.open('uses'), position(2), { author: 'Me', body: 'here' });
      await expect(deskOn(dyingAt(log, nth)).remove('uses')).rejects.toThrow('killed');
      expect(await desk.runs()).toEqual([]);
      await desk.importRecording(recording);
      expect((await desk.notes(await desk.open('uses'))).notes).toEqual([]);
      expect(await desk.sweep()).toBe(3 - nth);
      expect(await log.streams()).toHaveLength(2);
      expect((await desk.open('uses')).replayer.end).toBeGreaterThan(0);
    }
  });

  it('may be made anew by one while another is still deleting it', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    const { facts } = await desk.importRecording(recording);
    const slow = deskOn({
      ...log,
      remove: async (stream) => {
        await desk.importRecording(recording);
        await log.remove(stream);
      },
    });
    await slow.remove('uses');
    expect((await desk.open('uses')).replayer.end).toBe(facts);
  });

  it('is not made half again by whoever was writing it', async () => {
    const log = memoryLog();
    const desk = deskOn(log);
    let deleted = false;
    const writer = deskOn({
      ...log,
      append: async (stream, events, expected) => {
        if (stream.startsWith('run-') && !deleted) {
          deleted = true;
          await desk.remove('uses');
        }
        return log.append(stream, events, expected);
      },
    });
    await expect(writer.importRecording(recording)).rejects.toThrow('it was deleted while it was being written');
    expect(await desk.runs()).toEqual([]);
    expect(await log.streams()).toEqual(['runs']);
  });

  it('is asked for by its whole name', async () => {
    const desk = deskOn(memoryLog());
    await desk.importRecording(recording);
    await expect(desk.remove('us')).rejects.toThrow(
      /^Cannot delete "us" as that is only the beginning of \w+ \(uses\)/,
    );
    await expect(desk.remove('us')).rejects.toThrow(RequestError);
    await expect(desk.remove('other')).rejects.toThrow(UnknownRunError);
    expect(await desk.runs()).toHaveLength(1);
  });
});
