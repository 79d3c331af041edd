import { claim, type Scenario, unbind } from '../scenario.ts';

/** S-12: case 4.a.i of the mail, the first removal releases on behalf of both, and user space may claim in between. */
export const case4ai: Scenario = {
  id: 'case-4a-i',
  title: 'Both kernel drivers leave at once while user space claims the group',
  tags: ['S-12', 'case 4.a.i'],
  devices: { A: 'nic', B: 'nic', C: 'vfio' },
  owner: null,
  tasks: [[unbind('A')], [unbind('B')], [claim('user:T2')]],
};
