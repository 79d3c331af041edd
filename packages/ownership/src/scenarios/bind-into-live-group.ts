import { bind, type Scenario } from '../scenario.ts';

/** S-01: the bind that made VFIO's notifier BUG() before v5.19. */
export const bindIntoLiveGroup: Scenario = {
  id: 'bind-into-live-group',
  title: 'A kernel driver binds to a sibling of a device that user space owns',
  tags: ['S-01'],
  devices: { A: 'vfio', B: null },
  owner: 'user',
  tasks: [[bind('B', 'nic')]],
};
