import { GuestError } from '../guest-error.ts';

/** Devices that are put into one IOMMU group by where they stand. */
export interface GroupPlan {
  /**
   * `bridge`: behind a conventional PCI bridge, whose requester id they all have, together with the bridge.
   * `root-port`: functions of one slot behind a root port without ACS, together with the port.
   * `singleton`: each device is a group of its own.
   */
  readonly place: 'bridge' | 'root-port' | 'singleton';
  readonly devices: readonly DeviceModel[];
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
export const defaultTopology = `# place     devices: a line is an IOMMU group
root-port   e1000e e1000e
bridge      e1000 virtio-rng virtio-rng
singleton   e1000
`;

/** Slots 4 to 26 of the root bus; the channel to the host takes one more. */
const mostGroups = 22;
/** Functions of a slot. */
const mostFunctions = 8;
/** Slots of a conventional bridge. */
const mostBehindBridge = 31;

const isPlace = (word: string): word is GroupPlan['place'] => ['bridge', 'root-port', 'singleton'].includes(word);

const isModel = (word: string): word is DeviceModel => Object.hasOwn(models, word);

/**
 * @param text - `place device…` a line; `#` begins a comment.
 * @throws GuestError with the line that is wrong.
 */
export const parseTopologyText = (text: string, file: string): readonly GroupPlan[] => {
  const plans = text.split('\n').flatMap((line, index): GroupPlan[] => {
    const [place, ...names] = line.replace(/#.*/, '').split(/\s+/).filter(Boolean);
    if (place === undefined) return [];
    const refuse = (why: string): never => {
      throw new GuestError(`Cannot use the topology "${file}": line ${index + 1} ${why}`);
    };
    if (!isPlace(place)) return refuse(`begins with "${place}"; it must be bridge, root-port or singleton`);
    const unknown = names.find((name) => !isModel(name));
    if (unknown !== undefined)
      return refuse(`has the device "${unknown}"; there are ${Object.keys(models).join(', ')}`);
    if (names.length === 0) return refuse('names no device');
    const most = place === 'bridge' ? mostBehindBridge : mostFunctions;
    if (names.length > most) return refuse(`has ${names.length} devices; a ${place} has room for ${most}`);
    const devices = names.filter(isModel);
    return place === 'singleton' ? devices.map((device) => ({ place, devices: [device] })) : [{ place, devices }];
  });
  if (plans.length === 0) throw new GuestError(`Cannot use the topology "${file}" as it names no device`);
  if (plans.length > mostGroups) {
    throw new GuestError(`Cannot use the topology "${file}": ${plans.length} groups; there is room for ${mostGroups}`);
  }
  return plans;
};
