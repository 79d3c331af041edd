import { bind, type Scenario, unbind } from '../scenario.ts';

/** S-15: a bind that shows its driver to the walk and fails before it ever claims (phase FAIL_PRE, g4). */
export const failBeforeClaim: Scenario = {
  id: 'fail-before-claim',
  title: 'The only kernel driver leaves while a sibling fails to bind before its claim',
  tags: ['S-15', 'g4'],
  devices: { A: 'nic', B: null },
  owner: null,
  tasks: [[unbind('A')], [bind('B', 'nic', { pinctrl: 'fails' })]],
};
