import { describe, expect, it } from 'vitest';
import { raceTable } from './table.ts';

const row = (step: number, task: number, ...words: string[]) => ({ step, task, words });
const longest = 'iommu_device_use_default_domain(B) = -EPROBE_DEFER';

describe('a race as a table', () => {
  it('has a column for each CPU, and each step in the column of who takes it', () => {
    expect(raceTable([row(1, 0, 'device_lock(A)'), row(2, 1, 'device_lock(B)', 'B->driver = hba')], 2)).toEqual([
      '     CPU0                        CPU1',
      '     ----                        ----',
      '  1  device_lock(A)',
      '  2                              device_lock(B)',
      '                                 B->driver = hba',
    ]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('of %d CPUs fits a mail, and breaks no name', (tasks) => {
    const rows = Array.from({ length: tasks }, (_, task) => row(task + 100, task, longest));
    const lines = raceTable(rows, tasks);
    expect(lines.every((line) => line.length <= 72)).toBe(true);
    expect(lines.filter((line) => line.includes('iommu_device_use_default_domain(B)'))).toHaveLength(tasks);
  });

  it('of more CPUs than there is room for says in front who moves', () => {
    expect(raceTable([row(1, 7, 'device_lock(A)')], 8)).toEqual(['  1  CPU7: device_lock(A)']);
  });
});
