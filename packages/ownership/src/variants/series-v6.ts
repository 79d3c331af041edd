import { variantOf } from '../variant.ts';
import { linux61 } from './linux-6.1.ts';

/** The series as posted when the mail was written: the claim comes first, nests, and detaches the domain. V1. */
export const seriesV6 = variantOf(linux61, {
  id: 'series-v6',
  title: 'the series as posted, v6',
  source: 'Lu Baolu, 2022-02-18, [PATCH v6 00/11] Fix BUG_ON in vfio_iommu_group_notifier()',
  knobs: { claimSite: 'dma_configure first', userReentry: 'counted', domainOnClaim: 'detached' },
});
