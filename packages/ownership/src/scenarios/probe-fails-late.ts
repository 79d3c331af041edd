import { bind, type Scenario } from '../scenario.ts';

/** S-22: a probe() that fails after the claim, then perhaps succeeds, beside a sibling that binds. */
export const probeFailsLate: Scenario = {
  id: 'probe-fails-late',
  title: 'A probe fails after the claim, and is tried again',
  tags: ['S-22'],
  devices: { A: null, B: null },
  owner: null,
  tasks: [
    [bind('A', 'nic', { probe: 'fails' }), bind('A', 'nic', { probe: 'may fail' })],
    [bind('B', 'hba', { probe: 'may fail' })],
  ],
};
