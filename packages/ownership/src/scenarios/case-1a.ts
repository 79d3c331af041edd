import { type Scenario, unbind } from '../scenario.ts';

/** S-04: case 1.a of the mail, the sibling is bound to a driver that uses the DMA API. */
export const case1a: Scenario = {
  id: 'case-1a',
  title: 'One of two kernel drivers leaves',
  tags: ['S-04', 'case 1.a'],
  devices: { A: 'nic', B: 'nic' },
  owner: null,
  tasks: [[unbind('A')]],
};
