import { lineAfter } from './kernel-line.ts';
import { linux514 } from './linux-5.10.ts';
import { operation } from './row-shapes.ts';

/** v5.19 to v6.2: the ownership calls are there; return probes show no arguments. */
export const linux61 = lineAfter(linux514, {
  id: 'linux-6.1',
  from: [5, 19],
  about: 'the ownership API: a group has an owner and a count of users; read in 6.1.192',
  returnsShowArguments: false,
  layout: {
    build: 'Debian 6.1.192-2 amd64',
    device: { mutex: 128, driver: 104, group: 712 },
    group: { mutex: 88, id: 144, domain: 168, defaultDomain: 152, ownerCount: 192, owner: 200 },
    managed: 168,
  },
  difference: {
    changed: [
      {
        on: 'mutex_unlock',
        at: 'entry',
        named: ['gunlock', 'dunlock'],
        takes: ['mutex'],
        uses: ['lock', 'gid', 'dev', 'cnt', 'owner', 'dom', 'ddom', 'drv'],
        means: 'LockReleased',
        note: 'reads owner, count and domains while the mutex is held, so they are exact',
      },
      {
        on: 'really_probe',
        at: 'entry',
        takes: ['device', 'driver'],
        uses: ['dev', 'gp', 'gid', 'drv', 'mdma'],
        means: 'BindStarted',
        note: 'DriverSet at the task’s next line, unless that is its return: it may defer before it sets the driver',
      },
      {
        on: 'iommu_bus_notifier',
        at: 'entry',
        takes: ['other', 'action', 'device'],
        uses: ['action', 'dev', 'gp'],
        means: 'BusNotified',
        as: 'from 1',
        note: 'UNBIND_DRIVER begins an unbind: the checks before it are passed',
      },
    ],
    removed: [
      { on: '__device_release_driver', at: 'entry', why: 'inlined into device_release_driver_internal' },
      { on: '__device_release_driver', at: 'return', why: 'inlined into device_release_driver_internal' },
      { on: 'vfio_iommu_group_notifier', at: 'entry', why: 'VFIO no longer watches the group' },
      { on: 'vfio_iommu_group_notifier', at: 'return', why: 'VFIO no longer watches the group' },
      { on: 'vfio_dev_viable', at: 'entry', why: 'a claim took the place of "viable"' },
      { on: 'vfio_dev_viable', at: 'return', why: 'a claim took the place of "viable"' },
    ],
    added: [
      {
        on: 'device_release_driver_internal',
        at: 'entry',
        takes: ['device'],
        uses: ['dev', 'gp', 'gid'],
        means: 'UnbindEntered',
        note: 'the device_lock is not yet taken: UnbindStarted is told by UNBIND_DRIVER',
      },
      { on: 'device_release_driver_internal', at: 'return', uses: [], means: 'UnbindReturned' },
      {
        on: 'device_unbind_cleanup',
        at: 'entry',
        takes: ['device'],
        uses: ['dev', 'gp', 'gid'],
        means: 'DriverCleared',
        note: 'dev->driver = NULL happens inside: certain at the task’s next line',
      },
      ...operation('iommu_device_use_default_domain', 'use', ['device']),
      ...operation('iommu_device_unuse_default_domain', 'unuse', ['device'], {
        void: true,
        note: 'on lab-robin-* and lab-repaired-* the release hook, after dev->driver = NULL',
      }),
      ...operation('iommu_group_claim_dma_owner', 'claim', ['group', 'cookie']),
      ...operation('iommu_group_release_dma_owner', 'release', ['group'], { void: true }),
      ...operation('iommu_device_claim_dma_owner', 'claim-device', ['device', 'cookie'], { note: 'from v6.2 on' }),
      ...operation('iommu_device_release_dma_owner', 'release-device', ['device'], {
        void: true,
        note: 'from v6.2 on',
      }),
      {
        on: 'vfio_container_attach_group',
        at: 'entry',
        takes: ['other', 'vfioGroup'],
        uses: ['vg', 'gp', 'gid'],
        means: 'OwnerNamed',
        note: 'VFIO claims with the address of its own struct for the group: whose cookie it is',
      },
      {
        on: 'iommu_device_holds_dma_api',
        at: 'entry',
        takes: ['device'],
        uses: ['dev', 'gp', 'gid', 'drvp'],
        means: 'Remembered',
        note: 'lab-robin-* and lab-repaired-* only: the walk over the siblings',
      },
      {
        on: 'iommu_device_holds_dma_api',
        at: 'return',
        uses: ['ret'],
        means: 'SiblingSeen',
        note: 'ret=1: the group stays the DMA API’s',
      },
      {
        on: 'contention_begin',
        at: 'event',
        uses: [],
        means: 'LockContended',
        note: 'its address is hashed in text unless options/hash-ptr is 0: then it is the lock that the task waits for',
      },
      {
        on: 'contention_end',
        at: 'event',
        uses: [],
        means: 'StillWaiting',
        note: 'printed by a waiter too: proves nothing',
      },
    ],
  },
});
