/**
 * What every variant does in every scenario, and who says so: written from domain/ownership.md and the mails, not from
 * what the engine answers. `matrix.test.ts` compares.
 */

/** The verdict on one variant in one scenario. */
export interface Expectation {
  /** The ids of exactly the properties that some interleaving breaks. One that does not apply is never among them. */
  readonly violated: readonly string[];
  /** Some interleaving ends with tasks that wait for ever. */
  readonly deadlock?: true;
  /**
   * Exactly the ways to end, where the source determines them: the results of T0 / T1 / …, `-` where no call returned;
   * then the owner that is left, the count and the domain; `BUG` when the machine stopped.
   */
  readonly ends?: readonly string[];
  /** Where the specification says so, or the reasoning in a line. §6 unless said otherwise. */
  readonly source: string;
}

type VariantExpectations = Readonly<Record<string, Expectation>>;

/** By variant id; `otherwise` for the variants that are not named. */
export type ScenarioExpectations = VariantExpectations & { readonly otherwise: Expectation };

const laterLinux = ['linux-6.12', 'linux-6.15', 'linux-6.17'] as const;
/** §3 typeGuard: cnt==0 in V5, and in V6a with the count "= V5". */
const unownedType = [...laterLinux, 'notifier-cleanup-count', 'notifier-claim'];
/** The token under the seed mail's rule. */
const mails = ['robin-mail', 'robin-repaired', 'notifier-cleanup-walk'] as const;
const tokens = ['robin-sketch', ...mails] as const;

const each = (ids: readonly string[], expectation: Expectation): VariantExpectations =>
  Object.fromEntries(ids.map((id) => [id, expectation]));

const detached = 'F-4, §4.2 I6 I7 V1: a claim detaches, and the hardware keeps the default domain';
const unchanged = '§3 domainOnClaim V2: a claim leaves the default domain, so I6';
const viability = '§3 V0 holes (a) (b), §4.2 I1 I6 V0: SET_IOMMU under a bound driver switches its domain';
const bug = "§4.2 I1 I6 I9 I14 V0: probe() runs in the user's domain, and then BUG_ON";
const ignored = "§3 V6b: nobody reads what the notifier returns, probe() runs in a user's group: I1, I9, and so I6";
const leak = '§3 V3 verdict, §4.2 I4: a leak; and nobody can claim any more, so I11';

/** By scenario id, in the order of domain/ownership.md §6. */
export const expectations: Readonly<Record<string, ScenarioExpectations>> = {
  'bind-into-live-group': {
    otherwise: { violated: [], ends: ['EBUSY -> user 1 blocking'], source: 'S-01' },
    'vfio-viability': { violated: ['I1', 'I6', 'I9', 'I14'], ends: ['- -> none 0 user BUG'], source: `S-01; ${bug}` },
    'series-v6': { violated: ['I6', 'I7'], ends: ['EBUSY -> user 1 detached'], source: `S-01; ${detached}` },
    'robin-sketch': { violated: ['I6'], ends: ['EBUSY -> vfio 0 default'], source: `S-01; ${unchanged}` },
    ...each(mails, { violated: [], ends: ['EBUSY -> vfio 0 blocking'], source: 'S-01' }),
    'notifier-claim': { violated: ['I1', 'I6', 'I9'], ends: ['OK -> user 1 blocking'], source: ignored },
  },

  'set-iommu-under-kernel-driver': {
    otherwise: { violated: [], ends: ['EPERM -> none 1 default'], source: 'S-02' },
    'vfio-viability': { violated: ['I1', 'I6'], ends: ['OK OK EINVAL -> none 0 user'], source: `S-02; ${viability}` },
    ...each(tokens, { violated: [], ends: ['EBUSY -> DMA_API 0 default'], source: 'S-02' }),
  },

  'viability-toctou': {
    otherwise: { violated: [], ends: ['OK / EBUSY -> user 1 user'], source: 'S-03' },
    'vfio-viability': {
      violated: ['I1', 'I6', 'I9', 'I14'],
      ends: ['- / - -> none 0 user BUG', 'EINVAL / - -> none 0 user BUG', 'OK / - -> none 0 user BUG'],
      source: `S-03; ${bug}`,
    },
    ...each(tokens, { violated: [], ends: ['OK / EBUSY -> vfio 0 user'], source: 'S-03' }),
    'notifier-claim': { violated: ['I1', 'I6', 'I9'], ends: ['OK / OK -> user 1 user'], source: ignored },
  },

  'case-1a': {
    otherwise: { violated: [], ends: ['OK -> none 1 default'], source: 'S-04: cnt 2->1' },
    'vfio-viability': { violated: [], ends: ['OK -> none 0 default'], source: '§3 claimSite V0: nowhere' },
    ...each(tokens, { violated: [], ends: ['OK -> DMA_API 0 default'], source: 'S-04: owner stays API' }),
  },

  'case-1b': {
    otherwise: { violated: [], ends: ['OK -> user 1 blocking'], source: 'S-05: keep' },
    'vfio-viability': { violated: [], ends: ['OK -> none 0 user'], source: 'S-05; §2.5: B is on device_list still' },
    'series-v6': { violated: ['I6', 'I7'], ends: ['OK -> user 1 detached'], source: `S-05: keep; ${detached}` },
    'robin-sketch': { violated: ['I6'], ends: ['OK -> vfio 0 default'], source: `S-05: keep; ${unchanged}` },
    ...each(mails, { violated: [], ends: ['OK -> vfio 0 blocking'], source: 'S-05: keep' }),
  },

  'case-1b-stub': {
    otherwise: { violated: [], ends: ['OK -> user 1 blocking'], source: 'S-06: keep' },
    'vfio-viability': { violated: [], ends: ['OK -> none 0 user'], source: 'S-06: keep' },
    'series-v6': { violated: ['I6', 'I7'], ends: ['OK -> user 1 detached'], source: `S-06: keep; ${detached}` },
    'robin-sketch': { violated: ['I6'], ends: ['OK -> vfio 0 default'], source: `S-06: keep; ${unchanged}` },
    ...each(mails, { violated: [], ends: ['OK -> vfio 0 blocking'], source: 'S-06: keep' }),
  },

  'case-1c': {
    otherwise: {
      violated: [],
      ends: ['OK / EPERM -> none 0 default', 'OK / OK -> user:T1 1 blocking'],
      source: 'S-07: by order; §2.6 K2',
    },
    'vfio-viability': { violated: ['I1', 'I6'], source: viability },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['OK / EPERM -> none 0 default', 'OK / OK -> user:T1 1 detached'],
      source: `S-07; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK / EBUSY -> none 0 default', 'OK / OK -> stub 0 default'],
      source: `S-07; ${unchanged}`,
    },
    ...each(mails, {
      violated: [],
      ends: ['OK / EBUSY -> none 0 default', 'OK / OK -> stub 0 blocking'],
      source: 'S-07: release by A, then claim wins or -EBUSY by order',
    }),
  },

  'case-2a-i': {
    otherwise: {
      violated: [],
      ends: ['OK / EBUSY / OK -> user:T2 1 blocking', 'OK / OK / EPERM -> none 1 default'],
      source: 'S-08: claim may starve but never mix',
    },
    'vfio-viability': { violated: ['I1', 'I6', 'I9', 'I14'], source: `${viability}; ${bug}` },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['OK / EBUSY / OK -> user:T2 1 detached', 'OK / OK / EPERM -> none 1 default'],
      source: `S-08; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK / EBUSY / OK -> vfio 0 default', 'OK / OK / EBUSY -> DMA_API 0 default'],
      source: `S-08; ${unchanged}`,
    },
    ...each(mails, {
      violated: [],
      ends: ['OK / EBUSY / OK -> vfio 0 blocking', 'OK / OK / EBUSY -> DMA_API 0 default'],
      source: 'S-08: claim may starve but never mix',
    }),
    'notifier-claim': {
      violated: ['I1', 'I6', 'I9'],
      ends: ['OK / OK / EPERM -> none 1 default', 'OK / OK / OK -> user:T2 1 blocking'],
      source: ignored,
    },
  },

  'case-2a-ii': {
    otherwise: { violated: [], ends: ['OK / EBUSY -> user 1 blocking'], source: 'S-09: keep; C -EBUSY' },
    'vfio-viability': { violated: ['I1', 'I6', 'I9', 'I14'], source: bug },
    'series-v6': { violated: ['I6', 'I7'], ends: ['OK / EBUSY -> user 1 detached'], source: `S-09; ${detached}` },
    'robin-sketch': { violated: ['I6'], ends: ['OK / EBUSY -> vfio 0 default'], source: `S-09; ${unchanged}` },
    ...each(mails, { violated: [], ends: ['OK / EBUSY -> vfio 0 blocking'], source: 'S-09: keep; C -EBUSY' }),
    'notifier-claim': { violated: ['I1', 'I6', 'I9'], ends: ['OK / OK -> user 1 blocking'], source: ignored },
  },

  'case-2b': {
    otherwise: {
      violated: [],
      ends: ['OK / OK EPERM -> none 0 default', 'OK / OK OK -> user:T1 1 blocking'],
      source: 'S-10: both orders ok',
    },
    'vfio-viability': { violated: ['I1', 'I6'], source: viability },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['OK / OK EPERM -> none 0 default', 'OK / OK OK -> user:T1 1 detached'],
      source: `S-10; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK / OK EBUSY -> none 0 default', 'OK / OK OK -> vfio 0 default'],
      source: `S-10; ${unchanged}`,
    },
    ...each(mails, {
      violated: [],
      ends: ['OK / OK EBUSY -> none 0 default', 'OK / OK OK -> vfio 0 blocking'],
      source: 'S-10: both orders ok',
    }),
  },

  'case-3': { otherwise: { violated: [], ends: ['OK -> none 0 default'], source: 'S-11: owner NULL / cnt 0' } },

  'case-4a-i': {
    otherwise: {
      violated: [],
      ends: ['OK / OK / EPERM -> none 0 default', 'OK / OK / OK -> user:T2 1 blocking'],
      source: 'S-12: two decrements',
    },
    'vfio-viability': { violated: ['I1', 'I6'], source: viability },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['OK / OK / EPERM -> none 0 default', 'OK / OK / OK -> user:T2 1 detached'],
      source: `S-12; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK / OK / EBUSY -> none 0 default', 'OK / OK / OK -> vfio 0 default'],
      source: `S-12: the second hook finds the claimer's own driver; ${unchanged}`,
    },
    ...each(mails, {
      violated: [],
      ends: ['OK / OK / EBUSY -> none 0 default', 'OK / OK / OK -> vfio 0 blocking'],
      source: 'S-12: first hook releases for both, second no-op even if C claimed meanwhile',
    }),
  },

  'case-4a-ii': { otherwise: { violated: [], ends: ['OK / OK -> none 0 default'], source: 'S-13: A decides' } },

  'case-4b': {
    otherwise: {
      violated: ['O1'],
      ends: ['OK / OK -> user 1 blocking'],
      source: 'S-14: keep, and leak it if nobody ever releases: the obligation of §3, case 4.b',
    },
    'vfio-viability': {
      violated: ['I11'],
      deadlock: true,
      ends: [],
      source: '§2.5 vfio_unregister_group_dev: the last device waits until G.container == NULL, and nobody closes it',
    },
    'series-v6': {
      violated: ['I6', 'I7', 'O1'],
      ends: ['OK / OK -> user 1 detached'],
      source: `S-14: keep; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I3', 'I6', 'O1'],
      ends: ['OK / OK -> none 0 default'],
      source: `S-14, §4.2 I3 V2: drops A's owner early; ${unchanged}`,
    },
    ...each(mails, {
      violated: ['O1'],
      ends: ['OK / OK -> vfio 0 blocking'],
      source: 'S-14: keep, and leak it if nobody ever releases: the obligation of §3, case 4.b',
    }),
  },

  'fail-before-claim': {
    otherwise: {
      violated: [],
      ends: ['OK / EINVAL -> none 0 default', 'OK / OK -> none 1 default'],
      source: 'S-15: V4 ok; §2.1 B6 is before any claim; its errno, which §2.1 leaves open, is EINVAL from pinctrl',
    },
    'vfio-viability': {
      violated: [],
      ends: ['OK / EINVAL -> none 0 default', 'OK / OK -> none 0 default'],
      source: '§3 claimSite V0: nowhere',
    },
    ...each(['robin-sketch', 'robin-mail', 'notifier-cleanup-walk'], {
      violated: ['I4', 'I11'],
      ends: ['OK / EINVAL -> DMA_API 0 default', 'OK / EINVAL -> none 0 default', 'OK / OK -> DMA_API 0 default'],
      source: `S-15; ${leak}`,
    }),
    'robin-repaired': {
      violated: [],
      ends: ['OK / EINVAL -> none 0 default', 'OK / OK -> DMA_API 0 default'],
      source: 'S-15: repaired: ok',
    },
  },

  'double-unbind-hook-early': {
    otherwise: { violated: [], ends: ['OK / OK -> none 0 default'], source: 'S-16: V4 ok' },
    ...each(tokens, {
      violated: ['I4', 'I11'],
      ends: ['OK / OK -> DMA_API 0 default', 'OK / OK -> none 0 default'],
      source: `S-16: each sees the other; ${leak}`,
    }),
  },

  'notifier-cleanup': {
    otherwise: {
      violated: [],
      ends: ['OK / ENODEV -> none 0 default', 'OK / OK -> none 1 default'],
      source: 'S-17: counter: ok',
    },
    'vfio-viability': {
      violated: [],
      ends: ['OK / ENODEV -> none 0 default', 'OK / OK -> none 0 default'],
      source: '§3 claimSite V0: nowhere',
    },
    ...each(tokens, {
      violated: [],
      ends: ['OK / ENODEV -> none 0 default', 'OK / OK -> DMA_API 0 default'],
      source: '§3 V3 (g3): harmless if its hook runs after the clear',
    }),
    'notifier-cleanup-walk': {
      violated: ['I4', 'I11'],
      ends: ['OK / ENODEV -> DMA_API 0 default', 'OK / ENODEV -> none 0 default', 'OK / OK -> DMA_API 0 default'],
      source: `S-17, §3 V6a: NOT_BOUND precedes the clear; ${leak}`,
    },
  },

  'claim-in-notifier': {
    otherwise: { violated: [], source: 'S-18; S-01: -EBUSY before probe()' },
    'vfio-viability': { violated: ['I1', 'I6', 'I9', 'I14'], ends: ['- -> none 0 user BUG'], source: bug },
    'series-v6': { violated: ['I6', 'I7'], source: detached },
    'robin-sketch': { violated: ['I6'], source: unchanged },
    'notifier-claim': {
      violated: ['I1', 'I6', 'I9'],
      ends: ['OK OK -> user 1 blocking'],
      source: `S-18: probe runs despite conflict; ${ignored}`,
    },
  },

  'late-group': {
    otherwise: { violated: [], ends: ['OK OK -> none 0 default'], source: 'S-19: v8/V4 ok' },
    'series-v6': {
      violated: ['I2', 'I5', 'I14'],
      ends: ['OK OK -> none 0 default'],
      source:
        'S-19, F-2, §4.2 I2/I5 V1: use() "succeeds" without a group and is not counted; underflow WARN on unbind. No I3: what was never taken is not dropped',
    },
  },

  'probe-before-add-notifier': {
    otherwise: { violated: [], source: 'S-20: ready_to_probe' },
    'vfio-viability': {
      violated: ['I1', 'I6', 'I7', 'I9', 'I14'],
      source: `${viability}; ${bug}; §2.9: the newcomer is attached to the default domain`,
    },
    'series-v6': {
      violated: ['I1', 'I2', 'I3', 'I5', 'I6', 'I7', 'I9', 'I14'],
      source: `S-20, as linux-6.1; ${detached}`,
    },
    ...each(tokens, {
      violated: ['I1', 'I6'],
      source: 'S-20, §4.2 I1 V3: g6; its driver is moved off the default domain. No I3: nothing is dropped',
    }),
    'linux-6.1': {
      violated: ['I1', 'I2', 'I3', 'I5', 'I6', 'I9', 'I14'],
      source:
        "S-20, §4.2 I1 I2/I5 I14 V4: cnt misses A, claim while A is bound; unbind A then takes the user's count (I3), and a bind passes use() (I9)",
    },
    'notifier-cleanup-count': {
      violated: ['I1', 'I2', 'I5', 'I6'],
      source: 'S-20: cnt misses A; A remembers no claim, so that nobody gives back the one that "succeeded" (I5)',
    },
    'notifier-claim': {
      violated: ['I1', 'I2', 'I5', 'I6', 'I9'],
      source: `S-20, as notifier-cleanup-count; ${ignored}`,
    },
  },

  'test-remove': {
    otherwise: {
      violated: ['I2', 'I4', 'I5', 'I11'],
      ends: ['OK OK EPERM -> none 1 default'],
      source: 'S-21: V4 before F-9: cnt 1 forever, claim -EPERM; so I4, I11',
    },
    'vfio-viability': { violated: [], ends: ['OK OK OK OK -> none 0 default'], source: '§3 claimSite V0: nowhere' },
    'robin-sketch': { violated: ['I6'], ends: ['OK OK OK OK -> none 0 default'], source: `S-21: immune; ${unchanged}` },
    ...each(mails, { violated: [], ends: ['OK OK OK OK -> none 0 default'], source: 'S-21: immune' }),
    ...each(laterLinux, { violated: [], ends: ['OK OK OK OK -> none 0 default'], source: 'S-21, F-9' }),
  },

  'probe-fails-late': {
    otherwise: {
      violated: [],
      ends: [
        'ENODEV EPROBE_DEFER ENODEV / ENODEV -> none 0 default',
        'ENODEV EPROBE_DEFER ENODEV / OK -> none 1 default',
        'ENODEV EPROBE_DEFER OK / ENODEV -> none 1 default',
        'ENODEV EPROBE_DEFER OK / OK -> none 2 default',
      ],
      source: 'S-22: cnt returns to 0 each time, after -ENODEV and after -EPROBE_DEFER',
    },
    'vfio-viability': {
      violated: [],
      ends: [
        'ENODEV EPROBE_DEFER ENODEV / ENODEV -> none 0 default',
        'ENODEV EPROBE_DEFER ENODEV / OK -> none 0 default',
        'ENODEV EPROBE_DEFER OK / ENODEV -> none 0 default',
        'ENODEV EPROBE_DEFER OK / OK -> none 0 default',
      ],
      source: '§3 claimSite V0: nowhere',
    },
    ...each(['robin-sketch', 'robin-mail', 'robin-repaired'], {
      violated: [],
      ends: [
        'ENODEV EPROBE_DEFER ENODEV / ENODEV -> none 0 default',
        'ENODEV EPROBE_DEFER ENODEV / OK -> DMA_API 0 default',
        'ENODEV EPROBE_DEFER OK / ENODEV -> DMA_API 0 default',
        'ENODEV EPROBE_DEFER OK / OK -> DMA_API 0 default',
      ],
      source: 'S-22: no leak',
    }),
    'notifier-cleanup-walk': {
      violated: ['I4', 'I11'],
      ends: [
        'ENODEV EPROBE_DEFER ENODEV / ENODEV -> DMA_API 0 default',
        'ENODEV EPROBE_DEFER ENODEV / ENODEV -> none 0 default',
        'ENODEV EPROBE_DEFER ENODEV / OK -> DMA_API 0 default',
        'ENODEV EPROBE_DEFER OK / ENODEV -> DMA_API 0 default',
        'ENODEV EPROBE_DEFER OK / OK -> DMA_API 0 default',
      ],
      source: `§3 V6a: NOT_BOUND precedes the clear, so two that fail each see the other; ${leak}`,
    },
  },

  'two-users-one-group': {
    otherwise: {
      violated: [],
      ends: ['EPERM EPERM / OK -> user:T1 1 blocking', 'OK EPERM / EPERM -> user:T0 1 blocking'],
      source: 'S-23: V4 second -EPERM; §2.6 K2: also for the same cookie',
    },
    'vfio-viability': { violated: [], source: '§4.2 I8 V0: group open once' },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['EPERM EPERM / OK -> user:T1 1 detached', 'OK OK / EPERM -> user:T0 2 detached'],
      source: `§3 V1 claim: cookie equal ? owner_cnt++; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6', 'I8'],
      ends: ['OK OK / OK -> vfio 0 default'],
      source: `S-23: both succeed (I8); ${unchanged}`,
    },
    ...each(mails, {
      violated: ['I8'],
      ends: ['OK OK / OK -> vfio 0 blocking'],
      source: 'S-23: both succeed (I8)',
    }),
    ...each(laterLinux, {
      violated: [],
      ends: ['EPERM EPERM / OK -> user:T1 1 blocking', 'OK OK / EPERM -> user:T0 2 blocking'],
      source: 'S-23: V5 same ictx ok (cnt 2), other -EPERM',
    }),
  },

  'nested-claim': {
    otherwise: {
      violated: [],
      ends: ['OK EPERM OK -> none 0 default'],
      source: 'S-24: V4 second -EPERM, release frees',
    },
    'vfio-viability': { violated: [], source: '§2.5: group open once' },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['OK OK OK -> user:T0 1 detached'],
      source: `S-24: V1 still owned; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK OK OK -> none 0 default'],
      source: `§3 userReentry V2: idempotent, no count; ${unchanged}`,
    },
    ...each(mails, {
      violated: [],
      ends: ['OK OK OK -> none 0 default'],
      source: '§3 V3 userClaim, as the variant has it: idempotent; userRelease: owner=NULL',
    }),
  },

  'hotplug-into-owned': {
    otherwise: { violated: [], source: 'S-25: C attached to group.domain, bind -EBUSY' },
    'vfio-viability': {
      violated: ['I1', 'I6', 'I7', 'I9', 'I14'],
      ends: ['- -> none 0 user BUG'],
      source: `${bug}; §2.9: C is attached to the default domain, though §4.2 says I7 V0 ok`,
    },
    'series-v6': { violated: ['I6', 'I7'], source: `S-25: V1 unattached; ${detached}` },
    'robin-sketch': { violated: ['I6'], source: unchanged },
    'notifier-claim': { violated: ['I1', 'I6', 'I9'], source: ignored },
  },

  'hotplug-vs-singleton-attach': {
    otherwise: {
      violated: ['I7', 'I13', 'I14'],
      source: 'S-26: B gets default domain (I7); detach_device WARNs, domain freed while attached (I13)',
    },
    ...each(laterLinux, {
      violated: ['I13', 'I14'],
      source: 'S-26: V5 ok; later detach_device WARNs, domain freed while attached (I13) in both; F-10',
    }),
  },

  'store-type-vs-managed-attach': {
    otherwise: { violated: [], ends: ['EBUSY -> none 0 own'], source: 'S-27: <=v6.3 -EBUSY (bound)' },
    ...each(unownedType, {
      violated: ['I12'],
      ends: ['OK -> none 0 identity'],
      source: 'S-27, §4.2 I12 V5: its domain is replaced',
    }),
  },

  'store-type-race': {
    otherwise: {
      violated: [],
      ends: ['EBUSY / OK -> none 1 default', 'OK / OK -> none 1 identity'],
      source: 'S-28: <=v6.3 device_lock decides',
    },
    'vfio-viability': {
      violated: [],
      ends: ['EBUSY / OK -> none 0 default', 'OK / OK -> none 0 identity'],
      source: 'S-28: <=v6.3 device_lock decides',
    },
    ...each(tokens, {
      violated: [],
      ends: ['EBUSY / OK -> DMA_API 0 default', 'OK / OK -> DMA_API 0 identity'],
      source: 'S-28: <=v6.3 device_lock decides',
    }),
    ...each(unownedType, {
      violated: [],
      ends: ['EPERM / OK -> none 1 default', 'OK / OK -> none 1 identity'],
      source: 'S-28: v6.4+ g.mutex: store first: bind uses new domain; bind first: -EPERM',
    }),
  },

  'store-type-multi': {
    otherwise: { violated: [], ends: ['EINVAL -> none 0 default'], source: 'S-29: <=v6.3 -EINVAL' },
    ...each(unownedType, { violated: [], ends: ['OK -> none 0 identity'], source: 'S-29: v6.4+ ok' }),
  },

  'use-after-foreign-attach': {
    otherwise: {
      violated: ['I6'],
      ends: ['OK -> none 1 own'],
      source: 'S-30: use() passes (cnt==0), B runs in wrong domain',
    },
    'vfio-viability': { violated: ['I6'], ends: ['OK -> none 0 own'], source: '§3 claimSite V0: nobody asks' },
    ...each(tokens, {
      violated: ['I6'],
      ends: ['OK -> DMA_API 0 own'],
      source: '§3 V2, V3 autoClaim: asks for the owner only, so as S-30',
    }),
  },

  'release-order-uaf': {
    otherwise: { violated: [], ends: ['OK OK OK -> none 0 default'], source: 'S-31: V4 ok' },
    'series-v6': {
      violated: ['I6', 'I7', 'I13'],
      ends: ['OK OK OK -> none 0 default'],
      source: `S-31, §4.2 I13 V1: stale domain in SMMUv3; ${detached}`,
    },
    'robin-sketch': { violated: ['I6'], ends: ['OK OK OK -> none 0 default'], source: unchanged },
  },

  'missing-managed-flag': {
    otherwise: { violated: [], ends: ['OK EPERM -> none 1 default'], source: 'S-32, F-3: claim -EPERM forever' },
    'vfio-viability': { violated: [], source: '§2.5 ok(d): it is in G.device_list, and there is no flag yet' },
    'robin-sketch': {
      violated: ['I1'],
      ends: ['OK OK -> DMA_API 0 default'],
      source: "§3 V2 claim: o = token(dev) is the DMA API's, and so is the owner: a user beside a holder",
    },
    ...each(mails, {
      violated: [],
      ends: ['OK EBUSY -> DMA_API 0 default'],
      source: '§3 V3 userClaim: drv is dev.driver, the owner is the DMA API: -EBUSY',
    }),
  },

  'unbind-in-use': {
    otherwise: {
      violated: [],
      ends: ['OK / OK / OK -> none 0 default', 'OK / OK / OK -> none 1 default'],
      source: 'S-33: order ok, no deadlock; §2.1 B3: a driver that registers skips a device that has one',
    },
    'vfio-viability': {
      violated: [],
      ends: ['OK / OK / OK -> none 0 default'],
      source: 'S-33: order ok, no deadlock',
    },
    'series-v6': {
      violated: ['I7', 'I13'],
      ends: ['OK / OK / OK -> none 0 default', 'OK / OK / OK -> none 1 default'],
      source: 'S-33; §3 V1 detach: domain=NULL, as S-31: the hardware keeps the freed domain until the release',
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK / OK / OK -> none 0 default', 'OK / OK / OK -> DMA_API 0 default'],
      source: 'S-33; the domain is the default one between detach and release: I6',
    },
    ...each(mails, {
      violated: [],
      ends: ['OK / OK / OK -> none 0 default', 'OK / OK / OK -> DMA_API 0 default'],
      source: 'S-33: order ok, no deadlock',
    }),
  },

  'lock-order-trap': {
    otherwise: { violated: [], ends: ['OK / OK -> none 0 default'], source: 'S-34 is about the walk' },
    ...each(tokens, {
      violated: ['I10', 'I11'],
      deadlock: true,
      ends: ['OK / OK -> none 0 default'],
      source: 'S-34: ABBA deadlock with two unbinds; §4 I10: device_lock under g.mutex',
    }),
  },

  'driver-ptr-lifetime': {
    otherwise: { violated: [], source: 'S-35 is about the walk' },
    ...each(tokens, {
      violated: ['I4', 'I11', 'I13'],
      source: `S-35, §4.2 I13 V2 V3: use after free; and as S-15: ${leak}`,
    }),
    'robin-repaired': { violated: [], source: "S-35: with hook on every path: safe (Jason's argument)" },
  },

  'override-dance': {
    otherwise: {
      violated: [],
      ends: ['OK OK OK OK OK OK OK OK OK OK OK OK OK OK -> none 2 default'],
      source: 'S-36: normal admin path',
    },
    'vfio-viability': {
      violated: [],
      ends: ['OK OK OK OK OK OK OK OK OK OK OK OK OK OK -> none 0 default'],
      source: 'S-36: normal admin path',
    },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['OK OK OK OK OK OK OK OK OK OK OK OK OK OK -> none 2 default'],
      source: `S-36; ${detached}`,
    },
    'robin-sketch': {
      violated: ['I6'],
      ends: ['OK OK OK OK OK OK OK OK OK OK OK OK OK OK -> DMA_API 0 default'],
      source: `S-36; ${unchanged}`,
    },
    ...each(mails, {
      violated: [],
      ends: ['OK OK OK OK OK OK OK OK OK OK OK OK OK OK -> DMA_API 0 default'],
      source: 'S-36: normal admin path',
    }),
  },

  'default-domain-late': {
    otherwise: { violated: ['I12'], source: 'S-37: before F-14 DMA ops switch underfoot' },
    ...each(laterLinux, { violated: [], source: 'S-37: after F-14: -EPROBE_DEFER then success' }),
  },

  'dev-driver-toctou': {
    otherwise: {
      violated: [],
      ends: ['OK / OK OK -> none 0 default'],
      source: 'S-38: the IOMMU core does not call dma_configure, or reads dev->driver once',
    },
    'linux-6.15': {
      violated: ['I2', 'I4', 'I5', 'I11', 'I13'],
      ends: ['OK / OK OK -> none 0 default', 'OK / OK OK -> none 1 default'],
      source: 'S-38: flag read through a bogus pointer (I13) / wrong use(), which nobody gives back',
    },
  },

  'refused-bind': {
    otherwise: {
      violated: [],
      ends: ['EBUSY / OK OK OK -> none 0 default', 'OK / OK OK OK -> none 1 default'],
      source: '§2.1 F_EARLY, §2.3: a refused use() counts nothing',
    },
    'vfio-viability': { violated: ['I1', 'I6', 'I9', 'I14'], source: bug },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: ['EBUSY / OK OK OK -> none 0 default', 'OK / OK OK OK -> none 1 default'],
      source: detached,
    },
    'robin-sketch': {
      violated: ['I4', 'I6', 'I11'],
      ends: [
        'EBUSY / OK OK OK -> DMA_API 0 default',
        'EBUSY / OK OK OK -> none 0 default',
        'OK / OK OK OK -> DMA_API 0 default',
      ],
      source: `lab-robin-leak; ${leak}; ${unchanged}`,
    },
    ...each(['robin-mail', 'notifier-cleanup-walk'], {
      violated: ['I4', 'I11'],
      ends: [
        'EBUSY / OK OK OK -> DMA_API 0 default',
        'EBUSY / OK OK OK -> none 0 default',
        'OK / OK OK OK -> DMA_API 0 default',
      ],
      source: `lab-robin-leak; ${leak}`,
    }),
    'robin-repaired': {
      violated: [],
      ends: ['EBUSY / OK OK OK -> none 0 default', 'OK / OK OK OK -> DMA_API 0 default'],
      source: 'lab-repaired-*; §3 V3 verdict: no leak',
    },
    'notifier-claim': { violated: ['I1', 'I6', 'I9'], source: ignored },
  },

  'firmware-fails': {
    otherwise: {
      violated: [],
      ends: ['EBUSY / OK -> user:T1 1 blocking', 'ENODEV / OK -> user:T1 1 blocking', 'OK / EPERM -> none 1 default'],
      source: '§2.2 C1, C2: the set-up fails before the claim, and nothing is counted',
    },
    'vfio-viability': { violated: ['I1', 'I6', 'I9', 'I14'], source: bug },
    'series-v6': {
      violated: ['I6', 'I7'],
      ends: [
        'EBUSY / OK -> user:T1 1 detached',
        'ENODEV / EPERM -> none 0 default',
        'ENODEV / OK -> user:T1 1 detached',
        'OK / EPERM -> none 1 default',
      ],
      source: `§2.2, v6/v7: "C2 before C1, with unuse on C1 failure": a user may find the count in between; ${detached}`,
    },
    'robin-sketch': { violated: ['I6'], source: unchanged },
    ...each(['robin-mail', 'robin-repaired', 'notifier-cleanup-walk'], {
      violated: [],
      ends: ['EBUSY / OK -> vfio 0 blocking', 'ENODEV / OK -> vfio 0 blocking', 'OK / EBUSY -> DMA_API 0 default'],
      source: '§3 V3: nobody leaves, so that no walk takes the one that fails for a holder',
    }),
    'notifier-claim': { violated: ['I1', 'I6', 'I9'], source: ignored },
  },

  'managed-fails-late': {
    otherwise: {
      violated: [],
      ends: ['OK / ENODEV -> none 0 default', 'OK / OK -> none 0 default'],
      source: '§2.2: dma_cleanup asks the flag; §3 V3: the hook finds the group as it is',
    },
  },
};
