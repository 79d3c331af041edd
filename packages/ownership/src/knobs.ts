/** One way in which the schemes differ: what it decides, and the values that it can take, each with its meaning. */
export interface Knob {
  readonly decides: string;
  /** Where domain/ownership.md or the kernel says so. */
  readonly source: string;
  readonly values: Readonly<Record<string, string>>;
}

const knob = <Value extends string>(
  decides: string,
  source: string,
  values: Readonly<Record<Value, string>>,
): Omit<Knob, 'values'> & { readonly values: Readonly<Record<Value, string>> } => ({ decides, source, values });

/** The parameter vector of domain/ownership.md §3: a scheme is what these say, and nothing else. */
export const knobs = {
  claimSite: knob('where a kernel driver claims its group during a bind', '§3; §2.1 B7, B8, B13; §2.2', {
    none: 'nowhere',
    'dma_configure first': 'in dma_configure, before the firmware set-up',
    'dma_configure last': 'in dma_configure, after the firmware set-up',
    BIND_DRIVER: 'in the bus notifier, just before probe(): nobody reads what it returns',
    BOUND_DRIVER: 'in the bus notifier, after probe(): nobody reads what it returns',
  }),
  claimRecord: knob("what a kernel driver's claim leaves behind", '§3; §2.3 U3; V3 autoClaim', {
    none: 'nothing',
    count: 'owner_cnt is one more',
    'count per device': 'owner_cnt is one more, and the device remembers its claim',
    token: "the group's owner is the DMA API's token",
  }),
  releaseOnUnbind: knob('where an unbind gives the claim back', '§3; §2.4 R6, R7, R9', {
    none: 'nowhere',
    dma_cleanup: 'in dma_cleanup, while dev->driver is still set',
    'after clear': 'in a hook after dev->driver = NULL',
    UNBOUND_DRIVER: 'in the bus notifier, after dev->driver = NULL',
  }),
  releaseOnLateFailure: knob('where a bind that fails after its claim gives it back', '§3; §2.1 F2, F3, F5', {
    none: 'nowhere',
    DRIVER_NOT_BOUND: 'in the bus notifier, while dev->driver is still set',
    dma_cleanup: 'in dma_cleanup, while dev->driver is still set',
    'after clear': 'in a hook after dev->driver = NULL',
  }),
  releaseOnEarlyFailure: knob(
    'what a bind does that fails in pinctrl, in the firmware set-up or at its claim',
    '§3; §2.1 F_EARLY; §2.2',
    {
      none: 'it clears dev->driver, and that is all',
      undo: 'dma_configure takes back a claim that it made before it failed',
      'after clear': 'the hook runs on this way out too',
    },
  ),
  releaseRule: knob('how a claim is given back', '§3; §2.3 unuse; V2; V3 removeHook', {
    none: 'not at all',
    decrement: 'owner_cnt is one less',
    'walk for the owner': 'the owner is dropped unless a sibling has its token: the DMA API or the very driver',
    'walk for the DMA API': "the DMA API's ownership is dropped unless a sibling's driver uses the DMA API",
  }),
  walkReads: knob("how the walk reads a sibling's dev->driver", '§3 V3; S-34', {
    unlocked: "without that sibling's device_lock",
    device_lock: "under that sibling's device_lock, taken while the group's mutex is held",
  }),
  userGuard: knob('what stands against a claim by user space', '§3; §2.5 viable; §2.6 K2; V3 userClaim', {
    viability: 'nothing; VFIO looks over the drivers when a device is opened',
    owner_cnt: 'owner_cnt > 0: EPERM',
    owner: 'an owner: EBUSY',
  }),
  userReentry: knob('whether the owner may claim again', '§3; §2.6', {
    refused: 'no',
    counted: 'yes, and must release as often',
    idempotent: 'yes, and nothing changes',
    'per device': 'for the group no; for each device yes, counted',
  }),
  ownerId: knob("what names user space as the group's owner", '§3; §1.2 owner', {
    cookie: "the user's own pointer: a container, a file, an iommufd context",
    driver: 'the driver that speaks for the user',
    token: "that driver's token: itself where it manages its own DMA, else the DMA API's",
  }),
  domainOnClaim: knob('what a claim does to the domain', '§3; §2.6 K5; F-4', {
    unchanged: 'nothing',
    detached: 'detaches it, which some IOMMU drivers do not do in hardware',
    blocking: 'attaches the blocking domain',
  }),
  hotplugDomain: knob('the domain of a device that joins a group', '§3; §2.9; F-10', {
    'group, then default': "the group's, if any, and then the default domain",
    'group, then default unless owned': "the group's, if any, and then the default domain unless the group is owned",
    group: "the group's",
  }),
  typeGuard: knob('what stands against a write to iommu_groups/N/type', '§3; §2.8', {
    'singleton, unbound': 'more than one device: EINVAL; a bound driver or another domain: EBUSY',
    unowned: 'owner_cnt > 0 or an owner: EPERM',
  }),
  attachGuard: knob('what stands against iommu_attach_device()', '§3; §2.7', {
    singleton: 'more than one device in the group: EINVAL',
    unowned: 'an owner or a kernel driver elsewhere in the group: EBUSY (proposed 2022-01-06, never merged)',
  }),
  conflictAtBind: knob('what becomes of a bind into a group that a user owns', '§3; §2.5 group notifier; V6b', {
    BUG: 'probe() runs, and then BUG_ON',
    refused: 'EBUSY before probe()',
    ignored: 'probe() runs, and nobody minds',
  }),
  lateDefaultDomain: knob('what a claim does in a group without a default domain', '§2.3 U2; F-14', {
    ignored: 'nothing: it succeeds',
    deferred: 'EPROBE_DEFER',
  }),
  iommuConfigures: knob('whether the IOMMU core calls dma_configure too, without device_lock', '§2.2; F-13', {
    never: 'no',
    'reads driver twice': 'yes, and dev->driver is read twice: once for its flag, once against NULL',
    'reads driver once': 'yes, and dev->driver is read once',
  }),
  readyToProbe: knob('whether a bind waits until the device is in its group', '§2.9', {
    no: 'no: another task may bind it between bus_add_device and ADD_DEVICE',
    yes: 'yes: until then a bind is deferred',
  }),
  testRemove: knob('what CONFIG_DEBUG_TEST_DRIVER_REMOVE does between its two probes', '§2.1 B12; F-9', {
    'forgets dma_cleanup': 'it removes the driver and does not give back its claim',
    'calls dma_cleanup': 'it removes the driver as an unbind does',
  }),
} as const satisfies Readonly<Record<string, Knob>>;

export type KnobName = keyof typeof knobs;
export const knobNames = Object.keys(knobs) as readonly KnobName[];
export type Knobs = { readonly [Name in KnobName]: keyof (typeof knobs)[Name]['values'] };

/** Does this scheme keep owner_cnt? */
export const isCounted = ({ claimRecord }: Pick<Knobs, 'claimRecord'>): boolean => claimRecord.startsWith('count');
export const walks = ({ releaseRule }: Pick<Knobs, 'releaseRule'>): boolean => releaseRule.startsWith('walk');

interface Rule {
  readonly says: string;
  readonly allows: (knobs: Knobs) => boolean;
}

const noClaim = ({ claimSite }: Knobs): boolean => claimSite === 'none';
const inNotifier = ({ claimSite }: Knobs): boolean => claimSite === 'BIND_DRIVER' || claimSite === 'BOUND_DRIVER';

/** What does not go together, in words fit for an error. */
const rules: readonly Rule[] = [
  {
    says: 'claimSite "none", claimRecord "none" and userGuard "viability" only go together',
    allows: (all) => new Set([noClaim(all), all.claimRecord === 'none', all.userGuard === 'viability']).size === 1,
  },
  {
    says: 'without a claim nothing can be given back: releaseRule "none" goes with claimRecord "none", and with no other',
    allows: ({ claimRecord, releaseRule }) => (claimRecord === 'none') === (releaseRule === 'none'),
  },
  {
    says: 'a count is given back by releaseRule "decrement", a token by a walk',
    allows: (all) => all.claimRecord === 'none' || isCounted(all) === (all.releaseRule === 'decrement'),
  },
  {
    says: 'without a claim there is no place to give it back: releaseOnUnbind and releaseOnLateFailure must be "none"',
    allows: (all) => !noClaim(all) || (all.releaseOnUnbind === 'none' && all.releaseOnLateFailure === 'none'),
  },
  {
    says: 'userGuard "owner_cnt" needs a claimRecord that counts, userGuard "owner" needs the "token"',
    allows: (all) => all.userGuard === 'viability' || (all.userGuard === 'owner_cnt') === isCounted(all),
  },
  {
    says: 'userReentry "counted" and "per device" need a claimRecord that counts, "idempotent" needs the "token"',
    allows: (all) => {
      if (all.userReentry === 'refused') return true;
      return all.userReentry === 'idempotent' ? all.claimRecord === 'token' : isCounted(all);
    },
  },
  {
    says: 'ownerId "driver" and "token" need claimRecord "token", as a count does not ask who',
    allows: ({ ownerId, claimRecord }) => ownerId === 'cookie' || claimRecord === 'token',
  },
  {
    says: 'conflictAtBind "BUG" needs claimSite "none", "refused" a dma_configure, and "ignored" a notifier',
    allows: (all) => all.conflictAtBind === (noClaim(all) ? 'BUG' : inNotifier(all) ? 'ignored' : 'refused'),
  },
  {
    says: 'walkReads "device_lock" needs a releaseRule that walks',
    allows: (all) => all.walkReads === 'unlocked' || walks(all),
  },
  {
    says: 'releaseOnEarlyFailure "undo" needs a claimRecord that counts, "after clear" a releaseRule that walks',
    allows: (all) => {
      if (all.releaseOnEarlyFailure === 'none') return true;
      return all.releaseOnEarlyFailure === 'undo' ? isCounted(all) : walks(all);
    },
  },
];

/** Why these knobs do not combine, one sentence each; empty when they do. */
export const conflictsOf = (all: Knobs): readonly string[] =>
  rules.filter(({ allows }) => !allows(all)).map(({ says }) => says);
