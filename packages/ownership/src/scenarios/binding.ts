import {
  add,
  bind,
  claim,
  inSizes,
  letter,
  release,
  type Scenario,
  type ScriptedCall,
  setDefault,
  unbind,
  unload,
  upTo,
} from '../scenario.ts';
import { claimers, devicesFor, devicesOf } from './sizes.ts';

/** S-01 */
export const bindIntoLiveGroup = inSizes({
  id: 'bind-into-live-group',
  title: 'A kernel driver binds to a sibling of a device that user space owns',
  tags: ['S-01'],
  owner: 'user',
  scaled: {
    devices: [2, 6],
    claimers: [0, 0],
    usual: { devices: 2, claimers: 0 },
    build: ({ devices }) => ({
      devices: devicesOf(upTo(devices).map((index) => [letter(index), index === 0 ? 'vfio' : null] as const)),
      tasks: upTo(devices - 1).map((index): readonly ScriptedCall[] => [bind(letter(index + 1), 'nic')]),
    }),
  },
});

/** S-15, the phase g4 that the mail does not list: a bind that fails before its claim, and runs no hook. */
export const failBeforeClaim = inSizes({
  id: 'fail-before-claim',
  title: 'The only kernel driver leaves while a sibling fails to bind before its claim',
  tags: ['S-15', 'g4'],
  owner: null,
  scaled: {
    devices: [2, 6],
    claimers: [0, 3],
    usual: { devices: 2, claimers: 0 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesFor({ devices, claimers: users }, (index) => (index === 0 ? 'nic' : null)),
      tasks: [
        [unbind('A')],
        ...upTo(devices - 1).map((index): readonly ScriptedCall[] => [
          bind(letter(index + 1), 'hba', { pinctrl: 'may fail' }),
        ]),
        ...claimers(users, devices, 'V'),
      ],
    }),
  },
});

/** S-16: the hook where dma_cleanup is, before dev->driver = NULL: each of two that leave sees the other. */
export const doubleUnbindHookEarly = inSizes({
  id: 'double-unbind-hook-early',
  title: 'Both drivers leave at once, the hook running before dev->driver is cleared',
  tags: ['S-16'],
  owner: null,
  twist: { releaseOnUnbind: 'dma_cleanup', releaseOnLateFailure: 'dma_cleanup' },
  scaled: {
    devices: [2, 6],
    claimers: [0, 3],
    usual: { devices: 2, claimers: 0 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesFor({ devices, claimers: users }, () => 'nic'),
      tasks: [
        ...upTo(devices).map((index): readonly ScriptedCall[] => [unbind(letter(index))]),
        ...claimers(users, devices, 'V'),
      ],
    }),
  },
});

/** S-17 */
export const notifierCleanup: Scenario = {
  id: 'notifier-cleanup',
  title: "The only kernel driver leaves while a sibling's probe fails",
  tags: ['S-17', 'g3'],
  devices: { A: 'nic', B: null },
  owner: null,
  tasks: [[unbind('A')], [bind('B', 'hba', { probe: 'may fail' })]],
};

/** S-18 */
export const claimInNotifier: Scenario = {
  id: 'claim-in-notifier',
  title: "A kernel driver binds into a user's group, and leaves again",
  tags: ['S-18'],
  devices: { A: 'vfio', B: null },
  owner: 'user',
  tasks: [[bind('B', 'nic'), unbind('B')]],
};

/** S-19: Eric Auger, 2022-03-04. */
export const lateGroup: Scenario = {
  id: 'late-group',
  title: "A device's group is found inside dma_configure",
  tags: ['S-19', 'F-2'],
  devices: { A: null },
  outside: { A: 'registered' },
  owner: null,
  tasks: [[bind('A', 'nic', { joins: true }), unbind('A')]],
};

/** S-20: another task binds the device between bus_add_device() and ADD_DEVICE. */
export const probeBeforeAdd: Scenario = {
  id: 'probe-before-add-notifier',
  title: 'A driver registers while a device is being added',
  tags: ['S-20', 'g6'],
  devices: { A: null, B: 'vfio' },
  outside: { A: 'absent' },
  owner: null,
  tasks: [[add('A', ['nic'])], [bind('A', 'nic', { via: 'register' }), unbind('A')], [claim('user:T2', 'B')]],
};

/** S-21 */
export const testRemove: Scenario = {
  id: 'test-remove',
  title: 'CONFIG_DEBUG_TEST_DRIVER_REMOVE: bind, unbind, claim',
  tags: ['S-21', 'F-9'],
  devices: { A: null, B: 'vfio' },
  owner: null,
  testRemove: true,
  tasks: [[bind('A', 'nic'), unbind('A'), claim('user:T0', 'B'), release('user:T0', 'B')]],
};

/** S-22: a probe() that fails after the claim, then perhaps succeeds, beside a sibling that binds. */
export const probeFailsLate: Scenario = {
  id: 'probe-fails-late',
  title: 'A probe fails after the claim, and is tried again',
  tags: ['S-22'],
  devices: { A: null, B: null },
  owner: null,
  tasks: [
    [
      bind('A', 'nic', { probe: 'fails' }),
      bind('A', 'nic', { probe: 'defers' }),
      bind('A', 'nic', { probe: 'may fail' }),
    ],
    [bind('B', 'hba', { probe: 'may fail' })],
  ],
};

/** S-32 */
export const missingManagedFlag: Scenario = {
  id: 'missing-managed-flag',
  title: 'A vfio driver without driver_managed_dma binds, and its user claims',
  tags: ['S-32', 'F-3'],
  devices: { A: null },
  owner: null,
  tasks: [[bind('A', 'vfio-unflagged'), claim('user:T0', 'A')]],
};

/** S-34: why the walk must read without the siblings' device_lock. */
export const lockOrderTrap: Scenario = {
  id: 'lock-order-trap',
  title: "Two drivers leave at once, the walk taking the siblings' device_lock",
  tags: ['S-34'],
  devices: { A: 'nic', B: 'nic' },
  owner: null,
  twist: { walkReads: 'device_lock' },
  tasks: [[unbind('A')], [unbind('B')]],
};

/** S-35: Jason Gunthorpe, 2022-02-23 09:46, on what may be freed while the walk looks at it. */
export const driverPtrLifetime: Scenario = {
  id: 'driver-ptr-lifetime',
  title: "The walk reads a sibling's driver while that bind fails and its module goes",
  tags: ['S-35'],
  devices: { A: 'nic', B: null },
  owner: null,
  tasks: [[unbind('A')], [bind('B', 'hba', { pinctrl: 'fails' }), unload('hba')]],
};

/** S-37 */
export const defaultDomainLate: Scenario = {
  id: 'default-domain-late',
  title: 'An IOMMU driver registers while a device is bound',
  tags: ['S-37', 'F-14'],
  devices: { A: null },
  owner: null,
  domain: 'detached',
  tasks: [[bind('A', 'nic')], [setDefault], [bind('A', 'nic', { via: 'deferred' })]],
};

/** The other way to fail before the claim that S-15 names, of_dma_configure(); or after it, where the claim comes first. */
export const firmwareFails: Scenario = {
  id: 'firmware-fails',
  title: "A bind fails in its firmware's set-up while a user claims",
  tags: ['S-15', 'g4'],
  devices: { A: null, B: 'vfio' },
  owner: null,
  tasks: [[bind('A', 'nic', { firmware: 'may fail' })], [claim('user:T1', 'B')]],
};

/** A driver that claims nothing has nothing to give back when its probe() fails. */
export const managedFailsLate: Scenario = {
  id: 'managed-fails-late',
  title: "A managed driver's probe fails beside a kernel driver that leaves",
  tags: ['g3'],
  devices: { A: 'nic', B: null },
  owner: null,
  tasks: [[unbind('A')], [bind('B', 'stub', { probe: 'may fail' })]],
};

/** What the lab kernels recorded (lab-robin-leak): a refused bind is slow to clear dev->driver while a sibling comes and goes. */
export const refusedBind = inSizes({
  id: 'refused-bind',
  title: "A refused bind races with a sibling's removal",
  tags: ['lab-robin-leak', 'g4'],
  owner: 'user',
  scaled: {
    devices: [3, 6],
    claimers: [0, 3],
    usual: { devices: 3, claimers: 0 },
    build: ({ devices, claimers: users }) => ({
      devices: devicesOf(upTo(devices).map((index) => [letter(index), index === devices - 1 ? 'vfio' : null] as const)),
      tasks: [
        [bind('B', 'nic')],
        [release('user', letter(devices - 1)), bind('A', 'nic'), unbind('A')],
        ...upTo(devices - 3).map((index): readonly ScriptedCall[] => [bind(letter(index + 2), 'hba')]),
        ...claimers(users, devices - 1, letter(devices - 1)),
      ],
    }),
  },
});
