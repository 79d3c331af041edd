import type { OperationName } from '@custody/trace';
import { callAt, end, type Label, type Operation } from './operation.ts';
import type { Chance, ScriptedCall } from './scenario.ts';
import type { Variant } from './variant.ts';
import { type DeviceView, driverCode, type LockView, type TaskView, type UserView, type Views } from './views.ts';

/** The operation is over, as a label's number. */
export const over = -1;

/** One label of one call of one task, ready to be run: the step with everything that it can see. */
export interface Stand {
  readonly label: Label;
  readonly call: ScriptedCall;
  /** The ownership call that it is inside, or null. */
  readonly inside: OperationName | null;
  /** The lock that the step waits for, or null. */
  readonly lock: LockView | null;
  readonly chance: Chance;
  /** Runs the step; returns the number of the next label, or `over`. */
  readonly run: (fails: boolean) => number;
}

/** The stands of one call by label number; the entry is number 0. */
export type Program = readonly Stand[];

const labelsOf = <Place>({ entry, steps }: Operation<Place>): readonly Label[] => [
  entry,
  ...Object.keys(steps).filter((label) => label !== entry),
];

/** How many labels `call` has in `variant`. */
export const labelCount = (variant: Variant, call: ScriptedCall): number =>
  Object.keys(variant[call.kind].steps).length;

const link = <Place>(operation: Operation<Place>, call: ScriptedCall, place: Place): Program => {
  const labels = labelsOf(operation);
  const numbers = new Map(labels.map((label, number) => [label, number])).set(end, over);
  return labels.map((label): Stand => {
    const step = operation.steps[label];
    if (step === undefined) throw new ReferenceError(`Cannot enter at "${label}" as the operation has no such label`);
    return {
      label,
      call,
      inside: callAt(label),
      lock: step.acquires?.(place) ?? null,
      chance: step.chance?.(place) ?? 'ok',
      run: (fails) => {
        const next = step.run(place, fails);
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

const deviceNamed = ({ devices }: Views, name: string): DeviceView =>
  found(
    devices.find(({ id }) => id === name),
    name,
  );
const userNamed = ({ users }: Views, name: string): UserView =>
  found(
    users.find((user) => user.name === name),
    name,
  );

/** What `task` does when it makes `call`. */
export const programOf = (variant: Variant, call: ScriptedCall, task: TaskView, views: Views): Program => {
  const { group } = views;
  if ('owner' in call) {
    return link(variant[call.kind], call, { group, task, user: userNamed(views, call.owner) });
  }
  const device = deviceNamed(views, call.device);
  const isBind = call.kind === 'bind';
  return link(variant[call.kind], call, {
    group,
    task,
    device,
    siblings: views.devices.filter((other) => other !== device),
    driver: driverCode(isBind ? call.driver : null),
    chances: isBind ? call : { pinctrl: 'ok', probe: 'ok' },
  });
};
