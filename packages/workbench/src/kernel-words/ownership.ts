import type { ToldStep } from '../told-steps.ts';
import {
  domainSet,
  groupOf,
  iommu,
  type KernelFunction,
  orNull,
  otherOf,
  ownershipRead,
  ownershipWritten,
  pci,
  tested,
  type WordTable,
} from './words.ts';

const use = iommu('iommu_device_use_default_domain');
const unuse = iommu('iommu_device_unuse_default_domain');

/** Where an unuse is called from: the bus's callback, a notifier, or a hook after the clear. */
const unuseIn = ({ knobs }: ToldStep): readonly KernelFunction[] => {
  if (knobs.releaseOnUnbind === 'dma_cleanup') return [...unuse, ...pci('pci_dma_cleanup')];
  return knobs.releaseOnUnbind === 'UNBOUND_DRIVER' ? [...unuse, ...iommu('iommu_bus_notifier')] : unuse;
};

const useIn = ({ knobs }: ToldStep): readonly KernelFunction[] =>
  knobs.claimSite.startsWith('dma_configure')
    ? [...use, ...pci('pci_dma_configure')]
    : [...use, ...iommu('iommu_bus_notifier')];

const claim = (step: ToldStep): readonly KernelFunction[] =>
  iommu(callName(step.knobs, step.label.includes('claim-device') ? 'claim-device' : 'claim'));
const releaseIn = (step: ToldStep): readonly KernelFunction[] =>
  iommu(callName(step.knobs, step.label.startsWith('release-device') ? 'release-device' : 'release'));

/** The function of an ownership call; a kernel without claims by device takes the group's in their place. */
export const callName = ({ userReentry }: ToldStep['knobs'], op: string): string => {
  const byDevice = userReentry === 'per device';
  switch (op) {
    case 'use':
      return 'iommu_device_use_default_domain';
    case 'unuse':
      return 'iommu_device_unuse_default_domain';
    case 'claim-device':
      return byDevice ? 'iommu_device_claim_dma_owner' : 'iommu_group_claim_dma_owner';
    case 'release-device':
      return byDevice ? 'iommu_device_release_dma_owner' : 'iommu_group_release_dma_owner';
    case 'claim':
      return 'iommu_group_claim_dma_owner';
    case 'release':
      return 'iommu_group_release_dma_owner';
    case 'attach':
      return 'iommu_attach_device';
    case 'detach':
      return 'iommu_detach_device';
    default:
      return 'iommu_group_store_type';
  }
};

/** What the walk makes of the driver that it saw, as far as the run goes on to show it. */
const verdictOfWalk = ({ next }: ToldStep): string => {
  if (next === null || next.startsWith('unuse.flag')) return '';
  return next.startsWith('unuse.unlock') ? ': keeps the owner' : ': goes on';
};

/** use.*, unuse.*: a kernel driver's claim and its end. claim*.*, release*.*: user space's. */
export const ownershipWords: WordTable = {
  'use.lock': { in: useIn },
  'use.check': { in: use, says: tested },
  'use.unlock': { in: use },

  'unuse.lock': {
    in: unuseIn,
    // A lock of a sibling's own, where the walk takes that; or the group's, where there may be nothing to drop.
    says: (step) =>
      step.next?.startsWith('unuse.unlock') && step.knobs.claimRecord === 'token'
        ? `${ownershipRead(step)}: nothing to give back`
        : [],
  },
  'unuse.count': {
    in: unuse,
    says: (step) => {
      const wrote = ownershipWritten(step);
      return wrote.length > 0 ? wrote : `${ownershipRead(step)}: nothing to give back`;
    },
  },
  'unuse.walk': {
    in: unuse,
    says: (step) => `walk: reads ${otherOf(step)}->driver = ${orNull(step.shown[otherOf(step)])}${verdictOfWalk(step)}`,
  },
  'unuse.flag': {
    in: unuse,
    says: (step) => `walk: reads ${otherOf(step)}'s drv->driver_managed_dma${verdictOfWalk(step)}`,
  },
  'unuse.drop': { in: unuse, says: () => 'group->owner = NULL' },
  'unuse.unlock': { in: unuse },

  ...Object.fromEntries(
    ['claim', 'claim-device'].flatMap((op) => [
      [`ask.${op}`, { in: claim, says: (step: ToldStep) => `${callName(step.knobs, op)}(): asks for the mutex` }],
      [`${op}.lock`, { in: claim }],
      [`${op}.check`, { in: claim, says: tested }],
      [`${op}.block`, { in: claim, says: domainSet }],
      [`${op}.own`, { in: claim, says: ownershipWritten }],
      [`${op}.unlock`, { in: claim }],
    ]),
  ),
  ...Object.fromEntries(
    ['release', 'release-device'].flatMap((op) => [
      [`${op}.lock`, { in: releaseIn }],
      [`${op}.disown`, { in: releaseIn, says: ownershipWritten }],
      [`${op}.restore`, { in: releaseIn, says: domainSet }],
      [`${op}.unlock`, { in: releaseIn }],
    ]),
  ),

  'attach.lock': { in: iommu('iommu_attach_device') },
  'attach.set': {
    in: iommu('__iommu_attach_group'),
    says: (step) =>
      step.result === 'OK' || step.result === null
        ? `__iommu_attach_group(${groupOf(step.after).domain})`
        : `domain is ${groupOf(step.before).domain}: -${step.result}`,
  },
  'attach.unlock': { in: iommu('iommu_attach_device') },
  'detach.lock': { in: iommu('iommu_detach_device') },
  'detach.set': {
    in: iommu('__iommu_detach_group'),
    says: (step) => `__iommu_detach_group: domain is ${groupOf(step.after).domain}`,
  },
  'detach.unlock': { in: iommu('iommu_detach_device') },
  'detach.free': { in: iommu('iommu_domain_free'), says: () => 'iommu_domain_free(own)' },
};
