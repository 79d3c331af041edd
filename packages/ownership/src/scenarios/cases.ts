import { bind, claim, inSizes, letter, release, type Scenario, type ScriptedCall, unbind, upTo } from '../scenario.ts';
import { claimers, devicesFor, devicesOf } from './sizes.ts';

/** The ten cases of the mail (S-04 to S-14). */

/** S-04: one of two kernel drivers leaves. */
export const case1a = inSizes({
  id: 'case-1a',
  title: 'One of two kernel drivers leaves',
  tags: ['S-04', 'case 1.a'],
  owner: null,
  scaled: {
    devices: [2, 6],
    claimers: [0, 3],
    usual: { devices: 2, claimers: 0 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesFor({ devices, claimers: users }, () => 'nic'),
      tasks: [[unbind('A')], ...claimers(users, 1, 'V')],
    }),
  },
});

/** S-05: two devices of the driver that owns the group; one leaves. */
export const case1b: Scenario = {
  id: 'case-1b',
  title: 'One of two devices of the owning driver leaves',
  tags: ['S-05', 'case 1.b'],
  devices: { A: 'vfio', B: 'vfio' },
  owner: 'user',
  tasks: [[unbind('A')]],
};

/** S-06: "dev must have unbound from the same driver" is not so: a stub leaves a group that vfio owns. */
export const case1bStub: Scenario = {
  id: 'case-1b-stub',
  title: 'A stub leaves a group that another driver owns',
  tags: ['S-06', 'case 1.b'],
  devices: { A: 'vfio', B: 'stub' },
  owner: 'user',
  tasks: [[unbind('B')]],
};

/** S-07 */
export const case1c: Scenario = {
  id: 'case-1c',
  title: 'The last kernel driver leaves while a managed sibling tries to claim',
  tags: ['S-07', 'case 1.c'],
  devices: { A: 'nic', B: 'stub' },
  owner: null,
  tasks: [[unbind('A')], [claim('user:T1', 'B')]],
};

/** S-08: the hand-over; "this may be unfair if an explicit claim was also waiting, but not incorrect". */
export const case2ai = inSizes({
  id: 'case-2a-i',
  title: 'One kernel driver leaves while another binds and a user claims',
  tags: ['S-08', 'case 2.a.i'],
  owner: null,
  scaled: {
    devices: [3, 6],
    claimers: [0, 3],
    usual: { devices: 3, claimers: 1 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesOf([
        ...upTo(devices - 1).map((index) => [letter(index), index === 0 ? 'nic' : null] as const),
        [letter(devices - 1), 'vfio'],
      ]),
      tasks: [
        [unbind('A')],
        ...upTo(devices - 2).map((index): readonly ScriptedCall[] => [bind(letter(index + 1), 'nic')]),
        ...upTo(users).map((index): readonly ScriptedCall[] => [
          claim(`user:T${devices - 1 + index}`, letter(devices - 1)),
        ]),
      ],
    }),
  },
});

/** S-09 */
export const case2aii: Scenario = {
  id: 'case-2a-ii',
  title: "A stub leaves while a kernel driver binds into a user's group",
  tags: ['S-09', 'case 2.a.ii'],
  devices: { A: 'vfio', B: 'stub', C: null },
  owner: 'user',
  tasks: [[unbind('B')], [bind('C', 'nic')]],
};

/** S-10 */
export const case2b: Scenario = {
  id: 'case-2b',
  title: 'The last kernel driver leaves while a managed driver binds, and then claims',
  tags: ['S-10', 'case 2.b'],
  devices: { A: 'nic', B: null },
  owner: null,
  tasks: [[unbind('A')], [bind('B', 'vfio'), claim('user:T1', 'B')]],
};

/** S-11 */
export const case3: Scenario = {
  id: 'case-3',
  title: 'The only kernel driver leaves',
  tags: ['S-11', 'case 3'],
  devices: { A: 'nic', B: null },
  owner: null,
  tasks: [[unbind('A')]],
};

/** S-12: both leave; who comes first gives back for both, and the second leaves a new owner alone. */
export const case4ai = inSizes({
  id: 'case-4a-i',
  title: 'Both drivers leave at once while a user claims',
  tags: ['S-12', 'case 4.a.i'],
  owner: null,
  scaled: {
    devices: [2, 6],
    claimers: [0, 3],
    usual: { devices: 3, claimers: 1 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesOf(
        upTo(devices).map((index) => [letter(index), index === devices - 1 ? 'vfio' : 'nic'] as const),
      ),
      tasks: [
        ...upTo(devices - 1).map((index): readonly ScriptedCall[] => [unbind(letter(index))]),
        ...upTo(users).map((index): readonly ScriptedCall[] => [
          claim(`user:T${devices - 1 + index}`, letter(devices - 1)),
        ]),
      ],
    }),
  },
});

/** S-13 */
export const case4aii: Scenario = {
  id: 'case-4a-ii',
  title: 'A kernel driver and a stub leave at once',
  tags: ['S-13', 'case 4.a.ii'],
  devices: { A: 'nic', B: 'stub' },
  owner: null,
  tasks: [[unbind('A')], [unbind('B')]],
};

/** S-14: the owning driver's remove() did not release; and a stub leaves too. */
export const case4b: Scenario = {
  id: 'case-4b',
  title: 'The owning driver leaves without a release, and so does a stub',
  tags: ['S-14', 'case 4.b'],
  devices: { A: 'vfio', B: 'stub' },
  owner: 'user',
  tasks: [[unbind('A')], [unbind('B')]],
};

/** S-23 */
export const twoUsers = inSizes({
  id: 'two-users-one-group',
  title: 'Two users claim one group, through two devices',
  tags: ['S-23'],
  owner: null,
  scaled: {
    devices: [2, 3],
    claimers: [2, 3],
    usual: { devices: 2, claimers: 2 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesOf(upTo(devices).map((index) => [letter(index), 'vfio'] as const)),
      tasks: upTo(users).map((user) =>
        upTo(user === 0 ? devices : 1).map(
          (index): ScriptedCall => ({
            kind: 'claim-device',
            owner: `user:T${user}`,
            device: letter(user === 0 ? index : devices - 1),
          }),
        ),
      ),
    }),
  },
});

/** S-24 */
export const nestedClaim: Scenario = {
  id: 'nested-claim',
  title: 'A user claims twice and releases once',
  tags: ['S-24'],
  devices: { A: 'vfio' },
  owner: null,
  tasks: [[claim('user:T0', 'A'), claim('user:T0', 'A'), release('user:T0', 'A')]],
};
