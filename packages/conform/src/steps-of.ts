import { type Knobs, OpenMachine, type Variant } from '@custody/ownership';
import { type GroupTopology, groupId, type Topology } from '@custody/trace';
import { allCalls, scenarioOf } from './calls.ts';
import { stepName } from './coverage.ts';
import { DriverNames } from './driver-names.ts';

const device = (id: string): GroupTopology['devices'][number] => ({ id: id as never, driver: null, managed: null });
const pair: GroupTopology = {
  id: groupId('1'),
  devices: [device('A'), device('B')],
  owner: null,
  ownerCount: null,
  domain: null,
};
const topology: Topology = { groups: [pair] };

/** Every step of a variant that a recording could go through, by name and outcome, sorted. */
export const stepsOf = (variant: Variant): readonly string[] => {
  const open = new OpenMachine(variant, scenarioOf(pair, new DriverNames(topology)));
  const names = allCalls(variant, ['A', 'B'] as never).flatMap((call) =>
    open.programFor(0, call).flatMap(({ label, chance }) => {
      const name = stepName(label);
      return chance === 'ok' ? [name] : [name, `${name} fail`];
    }),
  );
  return [...new Set(names)].sort();
};

const claims: Readonly<Record<Knobs['userGuard'], readonly string[]>> = {
  viability: [],
  owner_cnt: ['claim OK', 'claim EPERM', 'claim EBUSY', 'release OK'],
  owner: ['claim OK', 'claim EBUSY', 'release OK'],
};

/** What the calls of a variant can come to that a recording tells of, sorted: what their guards answer. */
export const outcomesOf = ({ knobs }: Variant): readonly string[] =>
  [
    ...claims[knobs.userGuard],
    ...(knobs.claimSite === 'none' ? [] : ['use OK', 'unuse OK', 'use EBUSY']),
    ...(knobs.lateDefaultDomain === 'deferred' ? ['use EPROBE_DEFER'] : []),
    'attach OK',
    'attach EBUSY',
    'detach OK',
    'bind OK',
    ...(knobs.conflictAtBind === 'refused' ? ['bind EBUSY'] : []),
    'unbind OK',
    'store-type OK',
    ...(knobs.typeGuard === 'unowned' ? ['store-type EPERM'] : ['store-type EINVAL', 'store-type EBUSY']),
  ].sort();
