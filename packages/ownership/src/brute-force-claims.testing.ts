import { type Call, type Cpu, letGo, type Next, type Part, step } from './brute-force-steps.testing.ts';
import { attachAll, attachClaimed, counts, deviceIn, groupLock, nameOf, userIn } from './brute-force-world.testing.ts';
import type { UserCall } from './scenario.ts';

/** domain/ownership.md §2.6: what user space's claim and release do to the group. */

type Answer = 'ENODEV' | 'EPERM' | 'EBUSY' | 'again' | 'new';
const answerTo = (cpu: Cpu, { kind, owner, device }: UserCall): Answer => {
  const { world, knobs } = cpu;
  const { group } = world;
  // Who is named by its driver needs one.
  if (knobs.ownerId !== 'cookie' && deviceIn(world, device).driver === null) return 'ENODEV';
  const isMine = group.owner === nameOf(world, knobs, owner, device);
  if (isMine && (knobs.userReentry === 'counted' || knobs.userReentry === 'idempotent')) return 'again';
  if (isMine && knobs.userReentry === 'per device' && kind === 'claim-device') return 'again';
  if (knobs.userGuard === 'owner') return group.owner === null ? 'new' : 'EBUSY';
  if (group.count > 0) return 'EPERM';
  // K3: somebody else's domain; none at all is no obstacle.
  return group.domain === 'detached' || group.domain === group.defaultDomain ? 'new' : 'EBUSY';
};

const claimAgain = ({ world, knobs }: Cpu, owner: string): void => {
  const user = userIn(world, owner);
  const isCounted = knobs.userReentry !== 'idempotent';
  user.owns = true;
  user.claims = isCounted ? user.claims + 1 : 1;
  if (isCounted) world.group.count += 1;
};

/** §2.6, K1 to K7; `begin` takes the mutex. */
export function* claimGroup(cpu: Cpu, call: UserCall, begin: Next): Call {
  const { world, knobs } = cpu;
  const { group } = world;
  yield begin;
  yield step('check');
  const answer = answerTo(cpu, call);
  if (answer === 'again') claimAgain(cpu, call.owner);
  if (answer === 'new') {
    if (knobs.domainOnClaim !== 'unchanged') {
      yield step('attach');
      attachClaimed(world, knobs);
    }
    yield step('own');
    group.owner = nameOf(world, knobs, call.owner, call.device);
    if (counts(knobs)) group.count = 1;
    world.users[call.owner] = { owns: true, claims: 1 };
  }
  const result = answer === 'again' || answer === 'new' ? 'OK' : answer;
  yield step(`drop, ${result}`);
  letGo(cpu, groupLock);
  return result;
}

/** Does one release of several leave the group owned? A release of the whole group does so in series-v6 only. */
const isNested = ({ world: { group }, knobs }: Cpu, { kind }: Release): boolean => {
  if (group.count < 2) return false;
  return knobs.userReentry === 'counted' || (knobs.userReentry === 'per device' && kind === 'release-device');
};

type Release = Pick<UserCall, 'kind' | 'owner'>;
function* disown(cpu: Cpu, call: Release): Part<void> {
  const { world, knobs } = cpu;
  const { group } = world;
  const user = userIn(world, call.owner);
  yield step('disown');
  if (counts(knobs) && (group.count === 0 || group.owner === null)) {
    // It warns, and changes nothing; the user has nothing any more all the same.
    world.broken.add('I5');
    world.users[call.owner] = { owns: false, claims: 0 };
  } else if (isNested(cpu, call)) {
    group.count -= 1;
    user.claims -= 1;
  } else {
    group.owner = null;
    group.count = 0;
    world.users[call.owner] = { owns: false, claims: 0 };
    yield step('restore');
    // v6: with a domain attached it warns.
    if (knobs.domainOnClaim !== 'detached' || group.domain === 'detached') attachAll(world, group.defaultDomain);
  }
}

/** §2.6; `begin` takes the mutex. */
export function* releaseGroup(cpu: Cpu, call: Release, begin: Next): Call {
  yield begin;
  yield* disown(cpu, call);
  yield step('drop');
  letGo(cpu, groupLock);
  return 'OK';
}
