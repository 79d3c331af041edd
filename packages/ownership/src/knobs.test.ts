import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { eachVariant, variant } from './found.testing.ts';
import { conflictsOf, type KnobName, type Knobs, knobNames, knobs } from './knobs.ts';
import { bind, configure, type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { twisted } from './variant.ts';
import { variants } from './variants/index.ts';

/** What no shipped scenario tells, these do. */
const ownStories: readonly Scenario[] = [
  {
    id: 'configure-beside-a-bind',
    title: 'The IOMMU core configures a device while a kernel driver binds to it (F-13)',
    tags: [],
    devices: { A: null },
    owner: null,
    tasks: [[configure('A')], [bind('A', 'nic'), unbind('A')]],
  },
];
const stories = [...scenarios, ...ownStories];
const story = (id: string): Scenario => stories.find((each) => each.id === id) as Scenario;

/** All that a scheme can show in a scenario. */
type Aspect = 'verdicts' | 'deadlock' | 'cases' | 'unlisted' | 'outcomes';
const shown = new Map<string, Readonly<Record<Aspect, string>>>();
const shows = (all: Knobs, where: Scenario): Readonly<Record<Aspect, string>> => {
  const key = [where.id, ...knobNames.map((name) => all[name])].join('|');
  const known = shown.get(key);
  if (known !== undefined) return known;
  const report = exploreVariant({ ...variant('linux-6.1'), knobs: all }, where);
  const fresh = {
    verdicts: report.properties.flatMap(({ id, verdict }) => (verdict === 'holds' ? [] : [id])).join(),
    deadlock: `${report.deadlock !== null}`,
    cases: Object.entries(report.cases)
      .flatMap(([id, { reached, holds }]) => (reached ? [`${id} ${holds}`] : []))
      .join(),
    unlisted: report.unlisted
      .map(({ says }) => says)
      .sort()
      .join(),
    outcomes: JSON.stringify(report.outcomes),
  };
  shown.set(key, fresh);
  return fresh;
};
const differences = (one: Knobs, other: Knobs, where: Scenario): readonly Aspect[] => {
  const [mine, theirs] = [shows(one, where), shows(other, where)];
  return (Object.keys(mine) as Aspect[]).filter((aspect) => mine[aspect] !== theirs[aspect]);
};

const valuesOf = (name: KnobName): readonly string[] => Object.keys(knobs[name].values);
/** The knobs with one or more of them turned; whether they combine is another question. */
const turned = (all: Knobs, turn: Readonly<Partial<Record<KnobName, string>>>): Knobs => ({ ...all, ...turn }) as Knobs;
const combines = (all: Knobs): boolean => conflictsOf(all).length === 0;
const pairsOf = (name: KnobName): readonly (readonly [string, string])[] =>
  valuesOf(name).flatMap((one, index, all) => all.slice(index + 1).map((other) => [one, other] as const));

describe('knobs that do not combine', () => {
  it.each(eachVariant)('are in no shipped variant: %s', (_id, { knobs: all }) => {
    expect(conflictsOf(all)).toEqual([]);
  });

  it.each(eachVariant)('are made by no twist: %s in every scenario', (_id, given) => {
    for (const where of scenarios) expect(conflictsOf(twisted(given, where).knobs)).toEqual([]);
  });

  /** One combination that each rule refuses, and what it says. */
  const refused: readonly (readonly [string, Partial<Record<KnobName, string>>, string])[] = [
    [
      'linux-6.1',
      { userGuard: 'viability' },
      'claimSite "none", claimRecord "none" and userGuard "viability" only go together',
    ],
    [
      'vfio-viability',
      { releaseRule: 'decrement' },
      'without a claim nothing can be given back: releaseRule "none" goes with claimRecord "none", and with no other',
    ],
    [
      'linux-6.1',
      { releaseRule: 'walk for the owner' },
      'a count is given back by releaseRule "decrement", a token by a walk',
    ],
    [
      'vfio-viability',
      { releaseOnUnbind: 'dma_cleanup' },
      'without a claim there is no place to give it back: releaseOnUnbind and releaseOnLateFailure must be "none"',
    ],
    [
      'linux-6.1',
      { userGuard: 'owner' },
      'userGuard "owner_cnt" needs a claimRecord that counts, userGuard "owner" needs the "token"',
    ],
    [
      'robin-mail',
      { userGuard: 'owner_cnt' },
      'userGuard "owner_cnt" needs a claimRecord that counts, userGuard "owner" needs the "token"',
    ],
    [
      'robin-mail',
      { userReentry: 'counted' },
      'userReentry "counted" and "per device" need a claimRecord that counts, "idempotent" needs the "token"',
    ],
    [
      'linux-6.1',
      { userReentry: 'idempotent' },
      'userReentry "counted" and "per device" need a claimRecord that counts, "idempotent" needs the "token"',
    ],
    [
      'linux-6.1',
      { ownerId: 'driver' },
      'ownerId "driver" and "token" need claimRecord "token", as a count does not ask who',
    ],
    [
      'linux-6.1',
      { conflictAtBind: 'BUG' },
      'conflictAtBind "BUG" needs claimSite "none", "refused" a dma_configure, and "ignored" a notifier',
    ],
    [
      'linux-6.1',
      { claimSite: 'BIND_DRIVER' },
      'conflictAtBind "BUG" needs claimSite "none", "refused" a dma_configure, and "ignored" a notifier',
    ],
    ['linux-6.1', { walkReads: 'device_lock' }, 'walkReads "device_lock" needs a releaseRule that walks'],
    [
      'robin-mail',
      { releaseOnEarlyFailure: 'undo' },
      'releaseOnEarlyFailure "undo" needs a claimRecord that counts, "after clear" a releaseRule that walks',
    ],
    [
      'linux-6.1',
      { releaseOnEarlyFailure: 'after clear' },
      'releaseOnEarlyFailure "undo" needs a claimRecord that counts, "after clear" a releaseRule that walks',
    ],
  ];
  it.each(refused)('are refused with the reason: %s with %j', (id, turn, says) => {
    expect(conflictsOf(turned(variant(id).knobs, turn))).toEqual([says]);
  });

  it('have a test for each reason that there is', () => {
    // Every reason that any single turn of any variant, or any two, can give.
    const given = new Set<string>();
    const turns = knobNames.flatMap((name) => valuesOf(name).map((value) => ({ [name]: value })));
    for (const { knobs: all } of variants) {
      for (const turn of turns) for (const says of conflictsOf(turned(all, turn))) given.add(says);
    }
    expect([...given].sort()).toEqual([...new Set(refused.map(([, , says]) => says))].sort());
  });
});

/** Which scenario tells two values of a knob apart, all else as in the variant, and by what. */
type Telling = readonly [
  knob: KnobName,
  one: string,
  other: string,
  by: string,
  where: string,
  what: readonly Aspect[],
];
const tellings: readonly Telling[] = [
  ['claimSite', 'dma_configure first', 'dma_configure last', 'series-v6', 'late-group', ['verdicts']],
  ['claimSite', 'BIND_DRIVER', 'BOUND_DRIVER', 'notifier-claim', 'notifier-cleanup', ['cases']],
  [
    'claimRecord',
    'count',
    'count per device',
    'linux-6.1',
    'probe-before-add-notifier',
    ['verdicts', 'cases', 'outcomes'],
  ],
  ['releaseOnUnbind', 'none', 'dma_cleanup', 'linux-6.1', 'case-1a', ['verdicts', 'cases', 'outcomes']],
  ['releaseOnUnbind', 'none', 'after clear', 'robin-mail', 'case-3', ['verdicts', 'cases', 'outcomes']],
  ['releaseOnUnbind', 'none', 'UNBOUND_DRIVER', 'notifier-cleanup-count', 'case-1a', ['verdicts', 'cases', 'outcomes']],
  ['releaseOnUnbind', 'dma_cleanup', 'after clear', 'robin-mail', 'case-4a-i', ['verdicts', 'cases', 'outcomes']],
  ['releaseOnUnbind', 'dma_cleanup', 'UNBOUND_DRIVER', 'linux-6.1', 'case-1b', ['verdicts', 'cases', 'outcomes']],
  [
    'releaseOnLateFailure',
    'none',
    'DRIVER_NOT_BOUND',
    'notifier-cleanup-count',
    'notifier-cleanup',
    ['verdicts', 'cases', 'outcomes'],
  ],
  ['releaseOnLateFailure', 'none', 'dma_cleanup', 'linux-6.1', 'notifier-cleanup', ['verdicts', 'cases', 'outcomes']],
  [
    'releaseOnLateFailure',
    'none',
    'after clear',
    'robin-mail',
    'notifier-cleanup',
    ['verdicts', 'cases', 'unlisted', 'outcomes'],
  ],
  [
    'releaseOnLateFailure',
    'DRIVER_NOT_BOUND',
    'after clear',
    'notifier-cleanup-walk',
    'notifier-cleanup',
    ['verdicts', 'cases', 'outcomes'],
  ],
  [
    'releaseOnLateFailure',
    'dma_cleanup',
    'after clear',
    'robin-mail',
    'notifier-cleanup',
    ['verdicts', 'cases', 'outcomes'],
  ],
  // A hook that runs when dev->driver is NULL cannot ask it whether it manages its own DMA (§3 V6a).
  [
    'releaseOnLateFailure',
    'dma_cleanup',
    'after clear',
    'linux-6.1',
    'managed-fails-late',
    ['verdicts', 'cases', 'unlisted'],
  ],
  // The walk asks nobody, and is run for every driver that leaves.
  ['releaseOnLateFailure', 'none', 'after clear', 'robin-mail', 'managed-fails-late', ['cases', 'unlisted']],
  ['releaseOnEarlyFailure', 'none', 'undo', 'series-v6', 'firmware-fails', ['verdicts', 'cases', 'outcomes']],
  [
    'releaseOnEarlyFailure',
    'none',
    'after clear',
    'robin-mail',
    'fail-before-claim',
    ['verdicts', 'cases', 'unlisted', 'outcomes'],
  ],
  [
    'releaseRule',
    'walk for the owner',
    'walk for the DMA API',
    'robin-mail',
    'case-4b',
    ['verdicts', 'cases', 'outcomes'],
  ],
  ['walkReads', 'unlocked', 'device_lock', 'robin-mail', 'case-2a-i', ['verdicts', 'deadlock', 'cases']],
  ['userReentry', 'refused', 'counted', 'linux-6.1', 'nested-claim', ['outcomes']],
  ['userReentry', 'refused', 'idempotent', 'robin-mail', 'nested-claim', ['outcomes']],
  ['userReentry', 'refused', 'per device', 'linux-6.12', 'two-users-one-group', ['outcomes']],
  ['userReentry', 'counted', 'per device', 'linux-6.12', 'nested-claim', ['outcomes']],
  ['ownerId', 'cookie', 'driver', 'robin-mail', 'two-users-one-group', ['verdicts', 'outcomes']],
  ['ownerId', 'cookie', 'token', 'robin-sketch', 'case-1b', ['verdicts', 'cases', 'outcomes']],
  ['ownerId', 'driver', 'token', 'robin-mail', 'missing-managed-flag', ['verdicts', 'outcomes']],
  ['domainOnClaim', 'unchanged', 'detached', 'series-v6', 'release-order-uaf', ['verdicts']],
  ['domainOnClaim', 'unchanged', 'blocking', 'linux-6.1', 'case-1b', ['verdicts', 'outcomes']],
  ['domainOnClaim', 'detached', 'blocking', 'series-v6', 'release-order-uaf', ['verdicts']],
  [
    'hotplugDomain',
    'group, then default',
    'group, then default unless owned',
    'linux-6.1',
    'hotplug-into-owned',
    ['verdicts'],
  ],
  ['hotplugDomain', 'group, then default', 'group', 'linux-6.12', 'hotplug-into-owned', ['verdicts']],
  [
    'hotplugDomain',
    'group, then default unless owned',
    'group',
    'linux-6.1',
    'hotplug-vs-singleton-attach',
    ['verdicts'],
  ],
  ['typeGuard', 'singleton, unbound', 'unowned', 'linux-6.1', 'store-type-vs-managed-attach', ['verdicts', 'outcomes']],
  ['attachGuard', 'singleton', 'unowned', 'linux-6.1', 'hotplug-vs-singleton-attach', ['verdicts', 'outcomes']],
  ['lateDefaultDomain', 'ignored', 'deferred', 'linux-6.1', 'default-domain-late', ['verdicts', 'outcomes']],
  ['iommuConfigures', 'never', 'reads driver twice', 'linux-6.15', 'dev-driver-toctou', ['verdicts', 'outcomes']],
  ['iommuConfigures', 'never', 'reads driver once', 'linux-6.17', 'configure-beside-a-bind', ['verdicts', 'outcomes']],
  [
    'iommuConfigures',
    'reads driver twice',
    'reads driver once',
    'linux-6.15',
    'dev-driver-toctou',
    ['verdicts', 'outcomes'],
  ],
  ['readyToProbe', 'no', 'yes', 'linux-6.1', 'probe-before-add-notifier', ['verdicts', 'cases', 'outcomes']],
  ['testRemove', 'forgets dma_cleanup', 'calls dma_cleanup', 'linux-6.1', 'test-remove', ['verdicts', 'outcomes']],
];

/** Places that nothing lies between that anybody could see: two names for one meaning, as far as ownership goes. */
const alike: readonly (readonly [KnobName, string, string, string])[] = [
  [
    'releaseOnUnbind',
    'after clear',
    'UNBOUND_DRIVER',
    'R7 clears, R9 notifies, and R8 between them is not about ownership',
  ],
  [
    'releaseOnLateFailure',
    'DRIVER_NOT_BOUND',
    'dma_cleanup',
    '"it equals V4 in position for NOT_BOUND" (§3 V6a): F2, then F3',
  ],
];

/** Values of which a scheme that combines with one does not combine with the other: whole kinds of schemes. */
const apart: readonly (readonly [KnobName, readonly (readonly string[])[]])[] = [
  ['claimSite', [['none'], ['dma_configure first', 'dma_configure last'], ['BIND_DRIVER', 'BOUND_DRIVER']]],
  ['claimRecord', [['none'], ['count', 'count per device'], ['token']]],
  ['releaseOnEarlyFailure', [['undo'], ['after clear']]],
  ['releaseRule', [['none'], ['decrement'], ['walk for the owner', 'walk for the DMA API']]],
  ['userGuard', [['viability'], ['owner_cnt'], ['owner']]],
  ['userReentry', [['counted', 'per device'], ['idempotent']]],
  ['conflictAtBind', [['BUG'], ['refused'], ['ignored']]],
];
const areApart = (name: KnobName, one: string, other: string): boolean => {
  const kinds = apart.find(([knob]) => knob === name)?.[1] ?? [];
  const [mine, theirs] = [kinds.find((kind) => kind.includes(one)), kinds.find((kind) => kind.includes(other))];
  return mine !== undefined && theirs !== undefined && mine !== theirs;
};

describe('which scenario tells', () => {
  it.each(tellings)('%s "%s" from "%s": under %s, %s, by its %j', (name, one, other, by, where, what) => {
    const given = variant(by).knobs;
    const [mine, theirs] = [turned(given, { [name]: one }), turned(given, { [name]: other })];
    expect([conflictsOf(mine), conflictsOf(theirs)]).toEqual([[], []]);
    // One of them is the shipped variant, but where it is a third value of the knob.
    if (valuesOf(name).length === 2) expect([one, other]).toContain(given[name]);
    expect(differences(mine, theirs, story(where))).toEqual(what);
  });

  it('is said for any two values of any knob, or why none does', () => {
    const told = (
      name: KnobName,
      one: string,
      other: string,
      [knob, mine, theirs]: readonly [KnobName, string, string],
    ) => knob === name && [mine, theirs].sort().join() === [one, other].sort().join();
    const untold = knobNames.flatMap((name) =>
      pairsOf(name).flatMap(([one, other]) => {
        const isTold = tellings.some(([knob, mine, theirs]) => told(name, one, other, [knob, mine, theirs]));
        const isAlike = alike.some(([knob, mine, theirs]) => told(name, one, other, [knob, mine, theirs]));
        return [isTold, isAlike, areApart(name, one, other)].filter(Boolean).length === 1 ? [] : [[name, one, other]];
      }),
    );
    expect(untold).toEqual([]);
  });

  it.each(alike)('%s "%s" from "%s": none, in any scheme that has a choice, as %s', (name, one, other) => {
    const choosing = variants.filter(
      ({ knobs: all }) => combines(turned(all, { [name]: one })) && combines(turned(all, { [name]: other })),
    );
    expect(choosing.length).toBeGreaterThan(0);
    // Shipped ones that have one of them; all that could have it come to the same few.
    for (const { knobs: all } of choosing.filter(({ knobs: own }) => [one, other].includes(own[name]))) {
      for (const where of stories) {
        expect(differences(turned(all, { [name]: one }), turned(all, { [name]: other }), where)).toEqual([]);
      }
    }
  });

  it.each(apart)('values of %s that no one scheme could have in turn', (name, kinds) => {
    for (const [index, kind] of kinds.entries()) {
      for (const other of kinds.slice(index + 1).flat()) {
        for (const one of kind) {
          const both = variants.filter(
            ({ knobs: all }) => combines(turned(all, { [name]: one })) && combines(turned(all, { [name]: other })),
          );
          expect([name, one, other, both.map(({ id }) => id)]).toEqual([name, one, other, []]);
        }
      }
    }
  });
});

/** Turns that only combine with others. What is expected before and after is the value's own, and not the others'. */
describe('a value that only combines with others', () => {
  const noClaim = {
    claimSite: 'none',
    claimRecord: 'none',
    releaseOnUnbind: 'none',
    releaseOnLateFailure: 'none',
    releaseOnEarlyFailure: 'none',
    releaseRule: 'none',
    userGuard: 'viability',
    conflictAtBind: 'BUG',
  } as const;
  const count = {
    claimSite: 'dma_configure last',
    claimRecord: 'count',
    releaseOnUnbind: 'dma_cleanup',
    releaseOnLateFailure: 'dma_cleanup',
    releaseOnEarlyFailure: 'undo',
    releaseRule: 'decrement',
    userGuard: 'owner_cnt',
    userReentry: 'refused',
    ownerId: 'cookie',
    conflictAtBind: 'refused',
  } as const;
  const token = {
    claimRecord: 'token',
    releaseOnUnbind: 'after clear',
    releaseOnLateFailure: 'after clear',
    releaseOnEarlyFailure: 'none',
    releaseRule: 'walk for the DMA API',
    userGuard: 'owner',
  } as const;
  const notifier = { claimSite: 'BIND_DRIVER', conflictAtBind: 'ignored' } as const;
  const configured = { claimSite: 'dma_configure last', conflictAtBind: 'refused' } as const;

  const outcomesOf = (id: string, turn: Partial<Knobs>, where: string) => {
    const all = turned(variant(id).knobs, turn);
    expect(conflictsOf(all)).toEqual([]);
    return exploreVariant({ ...variant(id), knobs: all }, story(where)).outcomes;
  };
  const finals = (id: string, turn: Partial<Knobs>, where: string) =>
    outcomesOf(id, turn, where).map(({ final }) => [final.owner, final.ownerCount]);
  const results = (id: string, turn: Partial<Knobs>, where: string) =>
    outcomesOf(id, turn, where).map(({ results: each }) => each.T0);

  it('claimSite "none": nobody claims, so a bind into a user\'s group goes through to probe()', () => {
    expect(outcomesOf('linux-6.1', {}, 'bind-into-live-group')).toMatchObject([{ results: { T0: ['EBUSY'] } }]);
    expect(outcomesOf('linux-6.1', noClaim, 'bind-into-live-group')).toMatchObject([{ results: { T0: [] } }]);
  });

  it('conflictAtBind "BUG": and there the machine stops', () => {
    expect(outcomesOf('linux-6.1', {}, 'bind-into-live-group')[0]).not.toHaveProperty('bug');
    expect(outcomesOf('linux-6.1', noClaim, 'bind-into-live-group')).toMatchObject([{ bug: true }]);
  });

  it('claimRecord "none" and "count": what the drivers that are there have left behind', () => {
    expect(finals('linux-6.1', noClaim, 'case-1a')).toEqual([[null, 0]]);
    expect(finals('vfio-viability', count, 'case-1a')).toEqual([[null, 1]]);
  });

  it('claimRecord "token": the owner is the DMA API, and is not counted', () => {
    expect(finals('linux-6.1', token, 'case-1a')).toEqual([['DMA_API', 0]]);
    expect(finals('robin-mail', count, 'case-1a')).toEqual([[null, 1]]);
  });

  it('releaseRule "decrement": of two that leave each gives back its own, and the first not for both', () => {
    const cases = (id: string, turn: Partial<Knobs>) =>
      shows(turned(variant(id).knobs, turn), story('case-4a-i')).cases;
    // With a walk the second may come to a group that the first has given back for both: 4.a.i. A count that is given
    // back before the clear is each one's own, and who has cleared has nothing to come: 3.
    expect(cases('linux-6.1', token)).toContain('4.a.i true');
    expect(cases('linux-6.1', {})).not.toContain('4.');
    expect(cases('robin-mail', count)).not.toContain('4.');
  });

  it('releaseRule "none": nobody who leaves looks at anybody', () => {
    expect(shows(turned(variant('linux-6.1').knobs, noClaim), story('case-1a')).cases).toBe('');
    expect(shows(variant('linux-6.1').knobs, story('case-1a')).cases).toBe('1.a true');
  });

  it('userGuard: EPERM, EBUSY, or a look when the device is opened: EINVAL (S-02)', () => {
    const where = 'set-iommu-under-kernel-driver';
    expect(results('linux-6.1', {}, where)).toEqual([['EPERM']]);
    expect(results('linux-6.1', token, where)).toEqual([['EBUSY']]);
    expect(results('linux-6.1', noClaim, where)).toEqual([['OK', 'OK', 'EINVAL']]);
  });

  it('conflictAtBind "ignored" and "refused", claimSite "BIND_DRIVER" and "dma_configure last" (S-18)', () => {
    const where = 'claim-in-notifier';
    // A refused bind, and an unbind that finds nothing; a bind that nobody refuses.
    expect(results('linux-6.1', {}, where)).toEqual([['EBUSY', 'OK']]);
    expect(results('linux-6.1', notifier, where)).toEqual([['OK', 'OK']]);
    expect(results('notifier-claim', configured, where)).toEqual([['EBUSY', 'OK']]);
    expect(shows(turned(variant('linux-6.1').knobs, notifier), story(where)).verdicts).toContain('I9');
  });

  it('is each one that the table above does not tell from another, and is read by itself all the same', () => {
    /** Out of what combines, one value alone: a scheme that nobody meant, but that the steps can take. */
    const alone: readonly (readonly [KnobName, string, string, string])[] = [
      ['claimSite', 'none', 'linux-6.1', 'bind-into-live-group'],
      ['claimRecord', 'none', 'linux-6.1', 'case-1a'],
      ['claimRecord', 'token', 'linux-6.1', 'case-1a'],
      ['releaseRule', 'none', 'robin-sketch', 'case-4b'],
      ['releaseRule', 'decrement', 'robin-sketch', 'case-4b'],
      ['userGuard', 'viability', 'series-v6', 'set-iommu-under-kernel-driver'],
      ['userGuard', 'owner_cnt', 'vfio-viability', 'set-iommu-under-kernel-driver'],
      ['userGuard', 'owner', 'vfio-viability', 'set-iommu-under-kernel-driver'],
      ['conflictAtBind', 'refused', 'vfio-viability', 'bind-into-live-group'],
      ['conflictAtBind', 'ignored', 'linux-6.1', 'bind-into-live-group'],
      ['conflictAtBind', 'ignored', 'vfio-viability', 'bind-into-live-group'],
    ];
    for (const [name, value, id, where] of alone) {
      const all = turned(variant(id).knobs, { [name]: value });
      expect(combines(all)).toBe(false);
      expect([name, value, differences(variant(id).knobs, all, story(where))]).not.toEqual([name, value, []]);
    }
    const known = new Set([
      ...alone.map(([name, value]) => `${name} ${value}`),
      ...tellings.flatMap(([name, one, other]) => [`${name} ${one}`, `${name} ${other}`]),
      // What the last of those turns away from.
      'conflictAtBind BUG',
    ]);
    const all = knobNames.flatMap((name) => valuesOf(name).map((value) => `${name} ${value}`));
    expect(all.filter((each) => !known.has(each))).toEqual([]);
  });
});

describe('a knob of a shipped variant', () => {
  /** Why turning it changes nothing anywhere, where it can be turned. */
  const nothingTo: readonly (readonly [ids: readonly string[], KnobName, string])[] = [
    [['vfio-viability'], 'domainOnClaim', 'no claim is made'],
    [['vfio-viability'], 'lateDefaultDomain', 'no claim is made'],
    [['vfio-viability'], 'testRemove', 'no claim is there to be forgotten'],
    [
      ['robin-sketch', 'robin-mail', 'robin-repaired', 'notifier-cleanup-walk'],
      'testRemove',
      'the second claim finds the first: "V2/V3 immune" (S-21)',
    ],
    [
      ['notifier-cleanup-count', 'notifier-claim'],
      'testRemove',
      'F-9 calls dma_cleanup, where they release nothing, and B12 raises no notification: the claim is lost all the same',
    ],
    [
      ['linux-6.12', 'linux-6.15', 'linux-6.17'],
      'claimRecord',
      'the claim comes last and the device is ready: none is made without a group, which is what a device remembers',
    ],
    [
      ['linux-6.1', 'linux-6.12', 'linux-6.15', 'linux-6.17', 'notifier-cleanup-count'],
      'releaseOnEarlyFailure',
      'the claim is the last thing in dma_configure: nothing fails after it that would have to undo it',
    ],
    [['notifier-claim'], 'releaseOnEarlyFailure', 'the claim comes after dma_configure, which has nothing to undo'],
  ];
  const isNamed = (id: string, name: KnobName): boolean =>
    nothingTo.some(([ids, knob]) => knob === name && ids.includes(id));
  const turnsOf = (id: string, name: KnobName): readonly Knobs[] => {
    const own = variant(id).knobs;
    return valuesOf(name)
      .filter((value) => value !== own[name])
      .map((value) => turned(own, { [name]: value }))
      .filter(combines);
  };
  /** What is likely to tell comes first. */
  const likely = (name: KnobName): readonly Scenario[] => {
    const first = tellings.filter(([knob]) => knob === name).map(([, , , , where]) => story(where));
    return [...new Set([...first, ...stories])];
  };

  it.each(eachVariant)('changes something somewhere when it is turned, or cannot be turned, or is named: %s', (id) => {
    for (const name of knobNames) {
      const turns = turnsOf(id, name);
      if (turns.length === 0 || isNamed(id, name)) continue;
      const own = variant(id).knobs;
      const isTold = likely(name).some((where) => turns.some((other) => differences(own, other, where).length > 0));
      expect([id, name, isTold]).toEqual([id, name, true]);
    }
  });

  it.each(nothingTo)('is named with reason: %j, %s: %s', (ids, name) => {
    for (const id of ids) {
      expect(turnsOf(id, name)).not.toEqual([]);
      for (const other of turnsOf(id, name)) {
        for (const where of stories) {
          expect([id, where.id, differences(variant(id).knobs, other, where)]).toEqual([id, where.id, []]);
        }
      }
    }
  });

  it.each(['notifier-cleanup-count', 'notifier-claim'])(
    'is "= V5" in what a write to `type` asks under %s (§3), and turned back is told by a managed attach',
    (id) => {
      const own = variant(id).knobs;
      expect(own.typeGuard).toBe(variant('linux-6.12').knobs.typeGuard);
      const before = turned(own, { typeGuard: 'singleton, unbound' });
      const where = story('store-type-vs-managed-attach');
      expect(shows(own, where).verdicts).toContain('I12');
      expect(shows(before, where).verdicts).not.toContain('I12');
    },
  );

  it.each(['notifier-cleanup-count', 'notifier-claim'])('of testRemove leaves the double claim to %s (B12)', (id) => {
    const mended = turned(variant(id).knobs, { testRemove: 'calls dma_cleanup' });
    expect(shows(mended, story('test-remove')).verdicts).toContain('I5');
    expect(
      shows(turned(variant('linux-6.1').knobs, { testRemove: 'calls dma_cleanup' }), story('test-remove')).verdicts,
    ).toBe('');
  });

  it('cannot be turned by itself where it follows from the others', () => {
    const fixed = knobNames.filter((name) => variants.every(({ id }) => turnsOf(id, name).length === 0));
    expect(fixed).toEqual(['userGuard', 'conflictAtBind']);
  });
});
