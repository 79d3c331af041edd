import { lineAfter } from './kernel-line.ts';
import { linux61 } from './linux-6.1.ts';
import { operation } from './row-shapes.ts';

/** The notifier's numbers became an enum in January 2023, on its way to v6.3; read in 6.12.117 only. */
export const linux612 = lineAfter(linux61, {
  id: 'linux-6.12',
  from: [6, 3],
  about: 'notifier numbers from 0 (v6.3); return probes show entry arguments (v6.9); read in 6.12.117',
  returnsShowArguments: true,
  layout: {
    build: 'Debian 6.12.117 amd64',
    device: { mutex: 144, driver: 104, group: 728 },
    group: { mutex: 104, id: 160, domain: 184, defaultDomain: 168, ownerCount: 208, owner: 216 },
    managed: 168,
  },
  difference: {
    changed: [
      {
        on: 'mutex_lock',
        at: 'return',
        named: ['gacq', 'dacq'],
        takes: ['mutex'],
        uses: ['lock', 'gid', 'dev', 'cnt', 'owner'],
        means: 'LockAcquired',
        note: 'names its lock and reads the group once more: compared, not believed',
      },
      {
        on: 'iommu_bus_notifier',
        at: 'entry',
        takes: ['other', 'action', 'device'],
        uses: ['action', 'dev', 'gp'],
        means: 'BusNotified',
        as: 'from 0',
        note: 'UNBIND_DRIVER begins an unbind: the checks before it are passed',
      },
    ],
    added: [
      ...operation('iommu_attach_group_handle', 'attach', ['other', 'group'], { note: 'iommufd, from v6.11 on' }),
      ...operation('iommu_detach_group_handle', 'detach', ['other', 'group'], {
        void: true,
        note: 'iommufd, from v6.11 on',
      }),
    ],
  },
});
