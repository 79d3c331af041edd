import { expect, it } from 'vitest';
import { empty, revision } from '../ids.ts';
import { numbered, type OpenLog, readAll, run } from './given.testing.ts';

export const whatIsKept = (open: OpenLog): void => {
  const rich = {
    type: 'DriverSet',
    data: { text: 'zażółć 🜂 \u0000 \n \u2028 \ud800 "\\', nested: [{ a: [null, true, []] }, {}], '': -1.5e-7 },
    task: 'T0',
    at: Number.MAX_SAFE_INTEGER,
    cpu: 3,
    line: 12,
  };

  it('keeps every field of an event as plain JSON', async () => {
    await using log = await open();
    await log.append(run, [rich], empty);
    expect(await readAll(log, run)).toStrictEqual([rich]);
  });

  it('is not changed by changing what was appended or what was read', async () => {
    await using log = await open();
    const event = { type: 'StepTaken', data: { step: 1 } };
    await log.append(run, [event], empty);
    event.data.step = 2;
    for (const seen of await readAll(log, run)) (seen.data as { step: number }).step = 3;
    expect(await readAll(log, run)).toEqual([{ type: 'StepTaken', data: { step: 1 } }]);
  });

  it('keeps a long stream appended in uneven batches', async () => {
    await using log = await open();
    let head = empty;
    for (const size of [1, 999, 1, 1500, 3, 4096, 400]) head = await log.append(run, numbered(size, head), head);
    expect(await readAll(log, run)).toEqual(numbered(7000));
    expect(await readAll(log, run, { from: revision(995), to: revision(6999) })).toEqual(numbered(6004, 995));
  });
};
