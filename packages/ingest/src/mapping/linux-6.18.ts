import { lineAfter } from './kernel-line.ts';
import { linux612 } from './linux-6.12.ts';
import { operation } from './row-shapes.ts';

const [use] = operation('iommu_device_use_default_domain', 'use', ['device'], {
  note: 'not called where the IOMMU core configures a device without a driver (bcb81ac6ae3c); may defer (b46064a18810)',
});

/** v6.15 and later, with 7.x. */
export const linux618 = lineAfter(linux612, {
  id: 'linux-6.18',
  from: [6, 15],
  about: 'the IOMMU core configures devices too, without their lock (v6.15); a reset blocks its device (v7.0)',
  returnsShowArguments: true,
  layout: null,
  difference: {
    changed: [use],
    added: [
      {
        on: 'pci_dev_reset_iommu_prepare',
        at: 'entry',
        uses: [],
        means: 'Nothing',
        note: 'v7.0: one device of the group is blocked while it is reset, and group->domain stays as it is',
      },
      { on: 'pci_dev_reset_iommu_done', at: 'entry', uses: [], means: 'Nothing', note: 'v7.0: and is attached again' },
    ],
  },
});
