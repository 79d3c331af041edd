import { type DeviceId, type DeviceState, type GroupId, type GroupState, ownerText, type World } from '@custody/trace';
import type { Changes } from './changes.ts';
import { type Row, type Span, span, type Tone } from './row.ts';
import { shortDevice } from './short-fields.ts';
import { fit, widthOf } from './text.ts';

/** A value with its sign: `*` when the last event changed it, else the space that separates it anyway. */
export const signed = (isChanged: boolean, text: string, tone: Tone = 'normal'): Row =>
  isChanged ? [span('*', 'warn'), span(text, 'strong')] : [span(' '), span(text, tone)];

const countName = ({ ownerCount }: GroupState): string => (ownerCount === null ? '?' : String(ownerCount));

const ownerTone = ({ owner, ownerCount }: GroupState): Tone => {
  if (owner !== null) return 'warn';
  return ownerCount === null ? 'dim' : 'good';
};

const managedName = ({ driver, managed }: DeviceState, isWide: boolean): string => {
  if (driver === null) return isWide ? '       ' : ' ';
  if (managed === null) return isWide ? '?      ' : '?';
  if (!managed) return isWide ? '       ' : ' ';
  return isWide ? 'managed' : 'm';
};

interface Columns {
  readonly device: number;
  readonly driver: number;
  readonly isWide: boolean;
}

/** One device on one line: who drives it, whether the driver manages DMA, and how far its binding is. */
const deviceRow = (id: DeviceId, device: DeviceState, changes: Changes, columns: Columns): Row => {
  const has = (field: string) => changes.has('devices', id, field);
  const isQuiet = device.phase === 'bound' || device.phase === 'unbound';
  return [
    span(` ${fit(shortDevice(id), columns.device)}`),
    ...signed(has('driver'), fit(device.driver ?? '-', columns.driver)),
    ...signed(has('managed') && device.driver !== null, managedName(device, columns.isWide)),
    ...signed(has('phase'), device.phase, isQuiet ? 'normal' : 'warn'),
  ];
};

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));

const devicesIn = (world: World, group: GroupState): readonly (readonly [DeviceId, DeviceState])[] =>
  group.devices.flatMap((id) => {
    const device = world.devices[id];
    return device === undefined ? [] : [[id, device] as const];
  });

const labelled = (label: string, value: Row): Row => [span(` ${label.padEnd(6)}`), ...value];

/** A group in full: owner, count and domain, then its devices. */
export const groupRows = (world: World, id: GroupId, changes: Changes, width: number): readonly Row[] => {
  const group = world.groups[id];
  if (group === undefined) return [];
  const has = (field: string) => changes.has('groups', id, field);
  const devices = devicesIn(world, group);
  const device = widest(devices.map(([name]) => shortDevice(name)));
  const driver = Math.min(
    widest(devices.map(([, { driver }]) => driver ?? '-')),
    width < 44 ? width - device - 14 : 24,
  );
  const columns = { device, driver: Math.max(1, driver), isWide: width >= 44 };
  return [
    [span(`group ${id}`, 'accent'), span('  count'), ...signed(has('ownerCount'), countName(group))],
    labelled(
      'owner',
      signed(has('owner'), ownerText({ owner: group.owner, count: group.ownerCount }), ownerTone(group)),
    ),
    labelled('domain', signed(has('domain'), group.domain ?? '?')),
    ...devices.map(([name, state]) => deviceRow(name, state, changes, columns)),
  ];
};

const boundIn = (devices: readonly (readonly [DeviceId, DeviceState])[]): number =>
  devices.filter(([, { driver }]) => driver !== null).length;

/** A group in one line, for when there is no room for more. */
export const groupLine = (world: World, id: GroupId, changes: Changes): Row => {
  const group = world.groups[id];
  if (group === undefined) return [];
  const has = (field: string) => changes.has('groups', id, field);
  const devices = devicesIn(world, group);
  const drivers: Span = span(`  ${boundIn(devices)}/${devices.length} bound`);
  return [
    span(`group ${id}`, 'accent'),
    ...signed(has('owner'), ownerText({ owner: group.owner, count: group.ownerCount }), ownerTone(group)),
    ...signed(has('ownerCount'), `x${countName(group)}`),
    drivers,
  ];
};
