import type { ReadRun } from './import-run.ts';

/** Does the work and prints what it took, without the start of the process. @param work - returns how many lines it read. */
export const printRun = async (work: () => number | Promise<number>): Promise<void> => {
  const before = process.cpuUsage();
  const began = performance.now();
  const lines = await work();
  const { user, system } = process.cpuUsage(before);
  const run: ReadRun = {
    lines,
    cpu: (user + system) / 1e6,
    wall: (performance.now() - began) / 1000,
    memory: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(JSON.stringify(run));
};
