import {
  add,
  attach,
  bind,
  claim,
  close,
  configure,
  detach,
  openDevice,
  override,
  release,
  type Scenario,
  setContainer,
  setIommu,
  storeType,
  unbind,
} from '../scenario.ts';

/** S-02 */
export const setIommuUnderDriver: Scenario = {
  id: 'set-iommu-under-kernel-driver',
  title: 'A container gets its IOMMU while a sibling has a kernel driver',
  tags: ['S-02'],
  devices: { A: 'vfio', B: 'nic' },
  owner: null,
  tasks: [[setContainer('user:T0', 'A'), setIommu('user:T0', 'A'), openDevice('user:T0', 'A')]],
};

/** S-03 */
export const viabilityToctou: Scenario = {
  id: 'viability-toctou',
  title: 'A device is opened while a kernel driver binds to its sibling',
  tags: ['S-03'],
  devices: { A: 'vfio', B: null },
  owner: 'user',
  open: [],
  tasks: [[openDevice('user', 'A')], [bind('B', 'nic')]],
};

/** S-25 */
export const hotplugIntoOwned: Scenario = {
  id: 'hotplug-into-owned',
  title: "A device is plugged into a user's group, and two drivers match it",
  tags: ['S-25'],
  devices: { A: 'vfio', C: null },
  outside: { C: 'absent' },
  owner: 'user',
  tasks: [[add('C', ['nic', 'hba'])]],
};

/** S-26 */
export const hotplugVsAttach: Scenario = {
  id: 'hotplug-vs-singleton-attach',
  title: 'A device joins while its sibling translates with a domain of its own',
  tags: ['S-26'],
  devices: { A: 'stub', B: null },
  outside: { B: 'absent' },
  owner: null,
  tasks: [[attach('A'), detach('A')], [add('B')]],
};

/** S-27 */
export const storeTypeVsAttach: Scenario = {
  id: 'store-type-vs-managed-attach',
  title: 'The type is written while a managed driver translates with a domain of its own',
  tags: ['S-27'],
  devices: { A: 'stub' },
  owner: null,
  domain: 'own',
  tasks: [[storeType]],
};

/** S-28 */
export const storeTypeRace: Scenario = {
  id: 'store-type-race',
  title: 'The type is written while a kernel driver binds',
  tags: ['S-28'],
  devices: { A: null },
  owner: null,
  tasks: [[storeType], [bind('A', 'nic')]],
};

/** S-29 */
export const storeTypeMulti: Scenario = {
  id: 'store-type-multi',
  title: 'The type of a group of two is written, no driver being bound',
  tags: ['S-29'],
  devices: { A: null, B: null },
  owner: null,
  tasks: [[storeType]],
};

/** S-30 */
export const useAfterForeignAttach: Scenario = {
  id: 'use-after-foreign-attach',
  title: 'A kernel driver binds while a managed sibling translates with a domain of its own',
  tags: ['S-30'],
  devices: { A: 'stub', B: null },
  owner: null,
  domain: 'own',
  tasks: [[bind('B', 'nic')]],
};

/** S-31: Qian Cai, 2022-05-02. */
export const releaseOrderUaf: Scenario = {
  id: 'release-order-uaf',
  title: 'A user exits: its domain is detached and freed, and the group released',
  tags: ['S-31', 'F-4'],
  devices: { A: 'vfio' },
  owner: null,
  tasks: [[setContainer('user:T0', 'A'), setIommu('user:T0', 'A'), close('user:T0', 'A')]],
};

/** S-33 */
export const unbindInUse: Scenario = {
  id: 'unbind-in-use',
  title: 'A device in use is unbound, and another driver waits for it',
  tags: ['S-33'],
  devices: { A: 'vfio' },
  owner: 'user',
  open: ['A'],
  tasks: [[unbind('A')], [bind('A', 'nic', { via: 'register' })], [close('user', 'A')]],
};

/** S-36: how an administrator gives a group to user space and takes it back. */
export const overrideDance: Scenario = {
  id: 'override-dance',
  title: 'driver_override, unbind, drivers_probe, claim, and all of it undone',
  tags: ['S-36'],
  devices: { A: 'nic', B: 'hba' },
  owner: null,
  tasks: [
    [
      override('A', 'vfio'),
      unbind('A', 'nic'),
      bind('A', ['nic', 'vfio'], { via: 'drivers_probe' }),
      override('B', 'vfio'),
      unbind('B', 'hba'),
      bind('B', ['hba', 'vfio'], { via: 'drivers_probe' }),
      claim('user:T0', 'A'),
      release('user:T0', 'A'),
      override('A', null),
      unbind('A', 'vfio'),
      bind('A', ['nic', 'vfio'], { via: 'drivers_probe' }),
      override('B', null),
      unbind('B', 'vfio'),
      bind('B', ['hba', 'vfio'], { via: 'drivers_probe' }),
    ],
  ],
};

/** S-38: the real-life proof of the seed mail's subject. */
export const devDriverToctou: Scenario = {
  id: 'dev-driver-toctou',
  title: 'The IOMMU core configures a device while a managed driver binds to it',
  tags: ['S-38', 'F-13'],
  devices: { A: null },
  owner: null,
  tasks: [[configure('A')], [bind('A', 'vfio'), unbind('A')]],
};
