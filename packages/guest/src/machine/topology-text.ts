import { GuestError } from '../guest-error.ts';

/** Devices that are put into one IOMMU group by where they stand. */
export interface GroupPlan {
  /**
   * `bridge`: behind a conventional PCI bridge, whose requester id they all have, together with the bridge.
   * `root-port`: functions of one slot behind a root port without ACS, together with the port.
   * `singleton`: a device alone.
   */
  readonly place: 'bridge' | 'root-port' | 'singleton';
  /** What scenarios call the bridge or the port; null when they need not. */
  readonly name: string | null;
  readonly devices: readonly DevicePlan[];
}

/** One endpoint. */
interface DevicePlan {
  readonly model: DeviceModel;
  /** What scenarios call it; null when they need not. */
  readonly name: string | null;
}

/** What QEMU calls a device, by the name that a topology has for it. */
const models = {
  e1000: 'e1000,romfile=',
  e1000e: 'e1000e,romfile=',
  rtl8139: 'rtl8139,romfile=',
  'virtio-net': 'virtio-net-pci,romfile=',
  'virtio-rng': 'virtio-rng-pci',
  edu: 'edu',
} as const;

export type DeviceModel = keyof typeof models;

export const qemuModel = (model: DeviceModel): string => models[model];

/** The groups of the samples: a managed port driver with two functions, four behind a bridge with it, a singleton. */
export const defaultTopology = `# a line is an IOMMU group: its place, then its devices; names are what scenarios call them
root-port:RP0  N1=e1000e N2=e1000e
bridge:BR      E1=e1000 V1=virtio-rng V2=virtio-rng
singleton      S1=e1000
`;

/** The root bus's first slot for a group; those below are taken by what q35 brings. */
export const firstSlot = 4;
/** Slots up to 25; the channel to the host takes the one behind the last. */
const mostGroups = 22;
/** Functions of a slot. */
const mostFunctions = 8;
/** Slots of a conventional bridge. */
const mostBehindBridge = 31;

const isPlace = (word: string): word is GroupPlan['place'] => ['bridge', 'root-port', 'singleton'].includes(word);

const isModel = (word: string): word is DeviceModel => Object.hasOwn(models, word);

const nameForm = /^[A-Za-z]\w{0,15}$/;

/** `V1=virtio-rng` → `V1` and `virtio-rng`; a word without a name is all model. */
const namedWord = (word: string): { readonly name: string | null; readonly what: string } => {
  const at = word.indexOf('=');
  return at < 0 ? { name: null, what: word } : { name: word.slice(0, at), what: word.slice(at + 1) };
};

/** Names of bridges, ports and endpoints, in the order of the file. */
const namesIn = (plans: readonly GroupPlan[]): string[] =>
  plans.flatMap(({ name, devices }) => [name, ...devices.map((device) => device.name)]).filter((name) => name !== null);

/** Thrown within a line; the file and the line are told outside. */
const refuse = (why: string): never => {
  throw new GuestError(why);
};

const deviceIn = (word: string): DevicePlan => {
  const { name, what } = namedWord(word);
  return isModel(what)
    ? { model: what, name }
    : refuse(`has the device "${what}"; there are ${Object.keys(models).join(', ')}`);
};

/** The groups of one line: one, or of singletons as many as it has devices. */
const groupsIn = (line: string): readonly GroupPlan[] => {
  const [head, ...words] = line.replace(/#.*/, '').split(/\s+/).filter(Boolean);
  if (head === undefined) return [];
  const [place = '', name = null] = head.split(':');
  if (!isPlace(place)) return refuse(`begins with "${place}"; it must be bridge, root-port or singleton`);
  const devices = words.map(deviceIn);
  if (devices.length === 0) return refuse('has no device');
  const wrong = namesIn([{ place, name, devices }]).find((one) => !nameForm.test(one));
  if (wrong !== undefined) return refuse(`has the name "${wrong}"; a name is a letter, then letters, digits and _`);
  if (place === 'singleton') {
    if (name !== null) return refuse(`calls a singleton "${name}"; name its device, e.g. S1=e1000`);
    return devices.map((device) => ({ place, name, devices: [device] }));
  }
  const most = place === 'bridge' ? mostBehindBridge : mostFunctions;
  if (devices.length > most) return refuse(`has ${devices.length} devices; a ${place} has room for ${most}`);
  return [{ place, name, devices }];
};

/**
 * @param text - `place[:NAME] [NAME=]model…` a line; `#` begins a comment.
 * @throws GuestError with the line that is wrong.
 */
export const parseTopologyText = (text: string, file: string): readonly GroupPlan[] => {
  const plans = text.split('\n').flatMap((line, index) => {
    try {
      return groupsIn(line);
    } catch (cause) {
      throw new GuestError(`Cannot use the topology "${file}": line ${index + 1} ${(cause as Error).message}`, {
        cause,
      });
    }
  });
  if (plans.length === 0) throw new GuestError(`Cannot use the topology "${file}" as it names no device`);
  if (plans.length > mostGroups) {
    throw new GuestError(`Cannot use the topology "${file}": ${plans.length} groups; there is room for ${mostGroups}`);
  }
  const names = namesIn(plans);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new GuestError(`Cannot use the topology "${file}": "${twice}" names two devices`);
  return plans;
};

const hex = (value: number): string => value.toString(16).padStart(2, '0');

const placesOf = ({ place, name, devices }: GroupPlan, index: number): (readonly [string | null, string])[] => {
  const slot = `${hex(firstSlot + index)}.0`;
  switch (place) {
    case 'singleton':
      return devices.map((device) => [device.name, slot] as const);
    case 'root-port':
      return [[name, slot], ...devices.map((device, nth) => [device.name, `${slot}/00.${nth}`] as const)];
    case 'bridge':
      return [
        [name, `${slot}/00.0`],
        ...devices.map((device, nth) => [device.name, `${slot}/00.0/${hex(nth + 1)}.0`] as const),
      ];
  }
};

/**
 * Where each device that has a name stands: slot and function from the root bus, down through bridges, as numbers of
 * buses are the firmware's to choose. `V1` → `05.0/00.0/02.0`.
 */
export const devicePlaces = (plans: readonly GroupPlan[]): Readonly<Record<string, string>> =>
  Object.fromEntries(plans.flatMap(placesOf).filter(([name]) => name !== null));
