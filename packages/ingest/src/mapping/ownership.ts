import { type OperationName, ownerId } from '@custody/trace';
import { errnoOf } from '../errno.ts';
import { returned } from './driver-core.ts';
import type { Row } from './mapping.ts';

/** A function of drivers/iommu/iommu.c that is one operation; without `ret=` in its return it cannot fail. */
const operation = (op: OperationName): Row => ({
  enter: (probe, scene) => {
    const group = scene.book.group(probe.fields);
    const device = scene.book.device(probe.fields);
    const cookie = probe.fields.get('newowner');
    scene.say({
      type: 'CallEntered',
      data: { op, group, ...(device && { device }), ...(cookie !== undefined && { owner: ownerId(cookie) }) },
    });
    return { op, group, device, ...(cookie !== undefined && { cookie }) };
  },
  leave: (probe, scene, { group = null, device }) => {
    scene.say({
      type: 'CallReturned',
      data: { op, group, ...(device && { device }), errno: errnoOf(returned(probe)) },
    });
  },
});

export const ownership: Readonly<Record<string, Row>> = {
  iommu_device_use_default_domain: operation('use'),
  iommu_device_unuse_default_domain: operation('unuse'),
  iommu_group_claim_dma_owner: operation('claim'),
  iommu_group_release_dma_owner: operation('release'),
  iommu_device_claim_dma_owner: operation('claim-device'),
  iommu_device_release_dma_owner: operation('release-device'),
  iommu_attach_group: operation('attach'),
  iommu_detach_group: operation('detach'),
  iommu_attach_device: operation('attach'),
  iommu_group_store_type: operation('store-type'),
};
