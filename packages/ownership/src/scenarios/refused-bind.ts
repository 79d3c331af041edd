import { bind, release, type Scenario, unbind } from '../scenario.ts';

/** What the lab kernels recorded (lab-robin-leak): a refused bind is slow to clear dev->driver while a sibling comes and goes. */
export const refusedBind: Scenario = {
  id: 'refused-bind',
  title: "A refused bind races with a sibling's removal",
  tags: ['lab-robin-leak'],
  devices: { A: null, B: null, C: 'vfio' },
  owner: 'user',
  tasks: [[bind('B', 'nic')], [release('user'), bind('A', 'nic'), unbind('A')]],
};
