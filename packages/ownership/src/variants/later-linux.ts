import { variantOf } from '../variant.ts';
import { linux61 } from './linux-6.1.ts';

/** Claims by device, a newcomer gets the group's domain, `type` asks the owner, and a bind waits for its group. V5. */
export const linux612 = variantOf(linux61, {
  id: 'linux-6.12',
  title: 'owner_cnt, with claims by device',
  source:
    'v6.2 to v6.12: 89395ccedbc1, 49a22aae7d9c, 4c8444f19ed0, e7f85dfbbc9c, f429378a9bf8, b46064a18810 (6.12.y); read in 6.12.117',
  knobs: {
    userReentry: 'per device',
    hotplugDomain: 'group',
    typeGuard: 'unowned',
    lateDefaultDomain: 'deferred',
    readyToProbe: 'yes',
    testRemove: 'calls dma_cleanup',
  },
});

/** The IOMMU core calls dma_configure() itself, and the flag is read through a pointer that may be none. F-13. */
export const linux615 = variantOf(linux612, {
  id: 'linux-6.15',
  title: 'dma_configure called by the IOMMU core too, as merged',
  source: 'v6.15: bcb81ac6ae3c; before 95deee37a123, 152f33ee30ee and 78447d4545b2',
  knobs: { iommuConfigures: 'reads driver twice' },
});

/** The same, with dev->driver read once. */
export const linux617 = variantOf(linux615, {
  id: 'linux-6.17',
  title: 'dma_configure called by the IOMMU core too, mended',
  source: 'v6.17: 95deee37a123 (v6.15-rc6, platform), 152f33ee30ee (v6.16, fsl-mc), 78447d4545b2 (v6.17, PCI)',
  knobs: { iommuConfigures: 'reads driver once' },
});
