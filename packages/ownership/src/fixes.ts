import type { Knobs } from './knobs.ts';

/** A scheme, and what is changed in it. */
export interface Setting {
  readonly variant: string;
  readonly knobs?: Partial<Knobs>;
}

/** A fix shown here: a scenario that breaks before it what it does not break after it. */
export interface Shown {
  readonly scenario: string;
  readonly before: Setting;
  readonly after: Setting;
  /** Ids of the properties that are broken before, and not after. */
  readonly breaks: readonly string[];
}

/** A real fix of domain/ownership.md §4.3. */
export interface Fix {
  readonly id: string;
  readonly commits: string;
  readonly release: string;
  readonly what: string;
  /** How it looks here; or, in words, why it cannot be expressed. */
  readonly here: Shown | string;
}

/** Every fix of domain/ownership.md §4.3, in its order. */
export const fixes: readonly Fix[] = [
  {
    id: 'F-1',
    commits: '885e50253bfd, 00eb74ea2c14',
    release: 'v5.17',
    what: 'really_probe raises its bus notifications in the right order',
    here: 'the order of before v5.17 is not modelled; no scheme here listens to a notification that it changes',
  },
  {
    id: 'F-2',
    commits: 'v7 to v8 of the series',
    release: 'v5.19',
    what: 'the claim comes after the firmware set-up, which may create the group (Eric Auger, 2022-03-04)',
    here: {
      scenario: 'late-group',
      before: { variant: 'series-v6' },
      after: { variant: 'series-v6', knobs: { claimSite: 'dma_configure last' } },
      breaks: ['I2', 'I5', 'I14'],
    },
  },
  {
    id: 'F-3',
    commits: 'c490513c818d',
    release: 'v5.19',
    what: 'vfio variant drivers get driver_managed_dma',
    here: "a driver's flag, no knob: in missing-managed-flag every claiming scheme refuses the user for as long as the driver is bound; case-2b is the same with the flag",
  },
  {
    id: 'F-4',
    commits: '0286300e6045',
    release: 'v5.19',
    what: 'a claim always attaches a domain (Qian Cai, 2022-05-02)',
    here: {
      scenario: 'release-order-uaf',
      before: { variant: 'linux-6.1', knobs: { domainOnClaim: 'detached' } },
      after: { variant: 'linux-6.1' },
      breaks: ['I6', 'I7', 'I13'],
    },
  },
  {
    id: 'F-5',
    commits: 'a3da1ab6fbea',
    release: 'v5.19',
    what: 'VFIO leaves the ownership of fake groups (mdev, noiommu) alone',
    here: 'fake groups are not modelled',
  },
  {
    id: 'F-6',
    commits: '2380f1e8195e, reverted by 189116d5ad54',
    release: 'v6.0-rc5, v6.7',
    what: 'on AMD with PASID two identity domains count as one',
    here: 'PASIDs and two domains of one type are not modelled',
  },
  {
    id: 'F-7',
    commits: 'ca5f21b25749',
    release: 'v6.2',
    what: 'VFIO holds its iommu_group for a strict lifetime',
    here: 'reference counts of struct iommu_group are not modelled',
  },
  {
    id: 'F-8',
    commits: 'fixes 89395ccedbc1',
    release: 'v6.2',
    what: 'iommu_device_claim_dma_owner() leaks no reference when the owner is NULL',
    here: 'reference counts of struct iommu_group are not modelled',
  },
  {
    id: 'F-9',
    commits: 'f429378a9bf8',
    release: 'v6.6-rc1, 6.1.y',
    what: 'CONFIG_DEBUG_TEST_DRIVER_REMOVE calls dma_cleanup between its two probes',
    here: {
      scenario: 'test-remove',
      before: { variant: 'linux-6.1' },
      after: { variant: 'linux-6.1', knobs: { testRemove: 'calls dma_cleanup' } },
      breaks: ['I2', 'I4', 'I5', 'I11'],
    },
  },
  {
    id: 'F-10',
    commits: 'e7f85dfbbc9c',
    release: 'v6.5',
    what: 'a device that joins gets the domain of its group',
    here: {
      scenario: 'hotplug-vs-singleton-attach',
      before: { variant: 'linux-6.1' },
      after: { variant: 'linux-6.1', knobs: { hotplugDomain: 'group' } },
      breaks: ['I7'],
    },
  },
  {
    id: 'F-11',
    commits: '911476ef3c58',
    release: 'v6.5-rc',
    what: 'a write to type does not crash',
    here: 'the window was open in v6.5-rc only, and is not modelled',
  },
  {
    id: 'F-12',
    commits: '2e84dc379200',
    release: 'v6.7-rc1, stable',
    what: 'an unbind releases its resources before it updates device links',
    here: 'device links are not modelled',
  },
  {
    id: 'F-13',
    commits: '95deee37a123, 152f33ee30ee, 78447d4545b2',
    release: 'v6.15-rc6, v6.16, v6.17',
    what: 'dma_configure reads dev->driver once',
    here: {
      scenario: 'dev-driver-toctou',
      before: { variant: 'linux-6.15' },
      after: { variant: 'linux-6.17' },
      breaks: ['I2', 'I4', 'I5', 'I11', 'I13'],
    },
  },
  {
    id: 'F-14',
    commits: 'b46064a18810',
    release: 'v6.15, 6.6.y, 6.12.y',
    what: 'a claim waits for the default domain',
    here: {
      scenario: 'default-domain-late',
      before: { variant: 'linux-6.12', knobs: { lateDefaultDomain: 'ignored' } },
      after: { variant: 'linux-6.12' },
      breaks: ['I12'],
    },
  },
  {
    id: 'F-15',
    commits: '04d3e5461c1f, 18daa52418e7, dc1771f71854',
    release: 'v6.15, stable',
    what: 'dev->driver is stored with WRITE_ONCE, as Jason Gunthorpe asked in 2022',
    here: 'a store here is never torn; how late it may become visible is what --stores late explores',
  },
  {
    id: 'F-16',
    commits: 'a48ce36e2786',
    release: 'v6.6',
    what: 'a group with a RESV_DIRECT device cannot be claimed',
    here: 'reserved regions are not modelled',
  },
  {
    id: 'F-17',
    commits: 'powerpc iommu_ops with a blocking domain',
    release: 'v6.4',
    what: 'a claim can succeed on POWER',
    here: 'what an IOMMU driver can attach is not modelled',
  },
  {
    id: 'F-18',
    commits: 'rk3288 drm (Steven Price, 2022-06-15)',
    release: 'v6.0',
    what: 'a driver of its own domain copes with a group that has no default domain',
    here: 'mended in the driver; what it does by itself is not modelled',
  },
  {
    id: 'F-19',
    commits: '"iommu: Avoid more races around device probe"',
    release: 'v6.7',
    what: 'two calls of iommu_probe_device() for one device do not race',
    here: 'a device joins its group once, under the mutex, in every scheme here',
  },
];
