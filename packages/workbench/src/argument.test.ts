import { describe, expect, it } from 'vitest';
import { argumentOf } from './argument.ts';

describe('a schedule as an argument', () => {
  const leak = { variant: 'robin-mail', scenario: 'fail-before-claim' };
  const schedule = 'T0*5 T1*3 T0*3 T1!fail T1 T1';

  it('has a row for each step, in the words of the kernel', () => {
    const { rows, tasks } = argumentOf(leak, schedule);
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
    expect(rows[8]).toEqual({ step: 9, task: 0, words: ['walk: reads B->driver = hba: keeps the owner'] });
    expect(tasks).toHaveLength(2);
  });

  it('begins and ends with the world as it is, and names each function once, by its file', () => {
    const { start, end, files } = argumentOf(leak, schedule);
    expect(Object.values(start.devices).map(({ driver }) => driver)).toEqual(['nic', null]);
    expect(Object.values(end.groups)).toMatchObject([{ owner: 'DMA_API', domain: 'default' }]);
    expect(files.map(({ file }) => file)).toEqual(['drivers/base/dd.c', 'drivers/iommu/iommu.c']);
    for (const { functions } of files) expect(new Set(functions).size).toBe(functions.length);
    expect(files[0]?.functions).toEqual(expect.arrayContaining(['really_probe', 'device_unbind_cleanup']));
  });

  it('says who waits where it ends', () => {
    const trap = { variant: 'robin-mail', scenario: 'lock-order-trap' };
    const { rows } = argumentOf(trap, 'T0*5 T1*4');
    expect(
      rows.filter(({ words }) => words.some((word) => word.startsWith('waits in '))).map(({ words }) => words),
    ).toEqual([
      ['mutex_lock(&group->mutex)', 'waits in device_lock(B)'],
      ['B->driver = NULL', 'waits in mutex_lock(&group->mutex)'],
    ]);
  });

  it('can stop before the schedule does', () => {
    expect(argumentOf(leak, schedule, 3).rows).toHaveLength(3);
  });
});
