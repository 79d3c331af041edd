import type { OperationName } from '@custody/trace';
import {
  type Await,
  callAt,
  type DevicePlace,
  end,
  type Label,
  type Operation,
  type Place,
  type UserPlace,
} from './operation.ts';
import { bindOperation } from './operations/bind.ts';
import { claimOperation, releaseOperation } from './operations/claim.ts';
import { attachOperation, detachOperation, storeTypeOperation } from './operations/domains.ts';
import { addOperation, removeOperation, setDefaultOperation } from './operations/hotplug.ts';
import { configureOperation, overrideOperation, unloadOperation } from './operations/others.ts';
import { unbindOperation } from './operations/unbind.ts';
import {
  attachGroup,
  closeAll,
  detachGroup,
  openDevice,
  setContainer,
  setIommu,
  viabilityClaim,
  viabilityRelease,
} from './operations/vfio.ts';
import type { Chance, ScriptedCall, UserCall } from './scenario.ts';
import type { Variant } from './variant.ts';
import type { DeviceView, LockView, UserView } from './views.ts';

/** The operation is over, as a label's number. */
export const over = -1;

/** One label of one call of one task, ready to be run. */
export interface Stand {
  readonly label: Label;
  readonly call: ScriptedCall;
  /** Which call of the script. */
  readonly turn: number;
  /** The number of the call's entry among all the labels of the script. */
  readonly entry: number;
  /** Not at the entry. */
  readonly isInside: boolean;
  /** The ownership call that it is inside, or null. */
  readonly inside: OperationName | null;
  /** The lock that the step waits for, or null. */
  readonly lock: LockView | null;
  readonly awaits: Await | null;
  readonly chance: Chance;
  /** Runs the step; returns the number of the next label, counted from the entry, or `over`. */
  readonly run: (outcome: number) => number;
}

/** The stands of all the calls of one task, call by call, each from its entry on. */
export type Program = readonly Stand[];

type Spot = Pick<Stand, 'turn' | 'entry'>;

const link = ({ entry, steps }: Operation, call: ScriptedCall, spot: Spot): Program => {
  const labels = [entry, ...Object.keys(steps).filter((label) => label !== entry)];
  const numbers = new Map(labels.map((label, number) => [label, number])).set(end, over);
  return labels.map((label): Stand => {
    const step = steps[label];
    if (step === undefined) throw new ReferenceError(`Cannot enter at "${label}" as the operation has no such label`);
    return {
      ...spot,
      isInside: label !== entry,
      label,
      call,
      inside: callAt(label),
      lock: step.acquires ?? null,
      awaits: step.awaits ?? null,
      chance: step.chance ?? 'ok',
      run: (outcome) => {
        const next = step.run(outcome);
        const number = numbers.get(next);
        if (number !== undefined) return number;
        throw new ReferenceError(`Cannot go from "${label}" to "${next}" as the operation has no such label`);
      },
    };
  });
};

const found = <View>(view: View | undefined, name: string): View => {
  if (view === undefined) throw new ReferenceError(`Cannot script a call about "${name}" as the scenario has no such`);
  return view;
};

const deviceNamed = ({ devices }: Place, name: string): DeviceView =>
  found(
    devices.find(({ id }) => id === name),
    name,
  );
const userNamed = ({ users }: Place, name: string): UserView =>
  found(
    users.find((user) => user.name === name),
    name,
  );

const atDevice = (place: Place, name: string): DevicePlace => {
  const device = deviceNamed(place, name);
  return { ...place, device, siblings: place.devices.filter((other) => other !== device) };
};

const userOperation = (place: UserPlace, kind: UserCall['kind']): Operation => {
  const isClaimed = place.knobs.userGuard !== 'viability';
  switch (kind) {
    case 'claim':
    case 'claim-device':
      return isClaimed ? claimOperation(place, kind) : viabilityClaim(place);
    case 'release':
    case 'release-device':
      return isClaimed ? releaseOperation(place, kind) : viabilityRelease(place);
    case 'set-container':
      return setContainer(place);
    case 'set-iommu':
      return setIommu(place);
    case 'open-device':
      return openDevice(place);
    case 'close':
      return closeAll(place);
    case 'attach-group':
      return attachGroup(place);
    case 'detach-group':
      return detachGroup(place);
  }
};

const operationOf = (place: Place, call: ScriptedCall): Operation => {
  switch (call.kind) {
    case 'bind':
      return bindOperation(atDevice(place, call.device), call);
    case 'unbind':
      return unbindOperation(atDevice(place, call.device), call);
    case 'add':
      return addOperation(atDevice(place, call.device), call);
    case 'remove':
      return removeOperation(atDevice(place, call.device));
    case 'attach':
      return attachOperation(atDevice(place, call.device));
    case 'detach':
      return detachOperation(atDevice(place, call.device));
    case 'override':
      return overrideOperation(atDevice(place, call.device), call);
    case 'configure':
      return configureOperation(atDevice(place, call.device));
    case 'unload':
      return unloadOperation(place, call);
    case 'store-type':
      return storeTypeOperation(place);
    case 'set-default':
      return setDefaultOperation(place);
    default:
      return userOperation({ ...atDevice(place, call.device), user: userNamed(place, call.owner) }, call.kind);
  }
};

/** What a task does that makes the calls of `script`, one after the other. */
export const programOf = ({ rewrite }: Variant, script: readonly ScriptedCall[], place: Place): Program => {
  const stands: Stand[] = [];
  for (const [turn, call] of script.entries()) {
    const operation = operationOf(place, call);
    const told = rewrite === undefined ? operation : { ...operation, steps: rewrite(operation.steps, place) };
    stands.push(...link(told, call, { turn, entry: stands.length }));
  }
  return stands;
};
