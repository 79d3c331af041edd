import {
  deviceId,
  domainId,
  driverId,
  type Fact,
  groupId,
  nanos,
  position,
  runId,
  type TraceEvent,
  taskId,
} from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exported } from '../exported.ts';
import { anyEvent } from '../facts.testing.ts';
import { type Packet, packetsOf } from './decoded.testing.ts';
import { writePerfetto } from './write-perfetto.ts';

const run: Exported = {
  header: {
    run: runId('3f9c'),
    title: 'race',
    source: { kind: 'recording', file: 'stream.trace', kernel: '6.1.0-56-amd64', mapping: 'linux-6.1' },
    topology: {
      groups: [
        {
          id: groupId('6'),
          devices: [{ id: deviceId('nic'), driver: driverId('e1000'), managed: false }],
          owner: null,
          ownerCount: 1,
          domain: domainId('default'),
        },
      ],
    },
  },
  end: { events: 0, complete: true, findings: [] },
};

const simulated: Exported = {
  ...run,
  header: {
    ...run.header,
    source: { kind: 'simulation', variant: 'linux-6.1', scenario: 'race', scheduler: 'round-robin', schedule: 'T0' },
  },
};

const bytesOf = async (events: readonly TraceEvent[], of: Exported = run, size = 1000): Promise<Uint8Array> => {
  async function* read() {
    for (let from = 0; from < events.length; from += size) yield events.slice(from, from + size);
  }
  const bytes: number[] = [];
  for await (const piece of writePerfetto(of, read)) bytes.push(...piece);
  return Uint8Array.from(bytes);
};

const trace = async (events: readonly TraceEvent[], of: Exported = run) => packetsOf(await bytesOf(events, of));

const tracksIn = (packets: readonly Packet[]) => {
  const described = packets.flatMap(({ trackDescriptor }) => (trackDescriptor ? [trackDescriptor] : []));
  const byId = new Map(described.map((track) => [track.uuid, track]));
  const pathOf = (uuid: number | undefined): string => {
    const track = uuid === undefined ? undefined : byId.get(uuid);
    if (track === undefined) return '';
    const above = pathOf(track.parentUuid);
    return above === '' ? track.name : `${above}/${track.name}`;
  };
  return { described, byId, pathOf };
};

/** Every slice as a row, in the order in which they end, then those that never do: track, name, from, to. */
const slicesIn = (packets: readonly Packet[]) => {
  const { pathOf } = tracksIn(packets);
  const open = new Map<number, { name: string; from: number }[]>();
  const ended: [string, string, number, number | null][] = [];
  for (const { timestamp = -1, trackEvent } of packets) {
    if (trackEvent === undefined) continue;
    const { type, trackUuid, name = '' } = trackEvent;
    const stack = open.get(trackUuid) ?? [];
    open.set(trackUuid, stack);
    if (type === 'TYPE_SLICE_BEGIN') stack.push({ name, from: timestamp });
    if (type !== 'TYPE_SLICE_END') continue;
    const slice = stack.pop();
    if (slice === undefined) throw new Error(`A slice ends on ${pathOf(trackUuid)} that did not begin`);
    ended.push([pathOf(trackUuid), slice.name, slice.from, timestamp]);
  }
  const left = [...open].flatMap(([track, stack]) =>
    stack.map(({ name, from }): [string, string, number, null] => [pathOf(track), name, from, null]),
  );
  return [...ended, ...left];
};

const on = (packets: readonly Packet[], track: string) =>
  slicesIn(packets)
    .filter(([path]) => path === `race/${track}`)
    .map(([, name, from, to]) => [name, from, to]);

/** Points on a track, with when. */
const points = (packets: readonly Packet[], track: string) =>
  packets
    .filter(({ trackEvent }) => trackEvent?.type === 'TYPE_INSTANT')
    .filter(({ trackEvent }) => tracksIn(packets).pathOf(trackEvent?.trackUuid) === `race/${track}`)
    .map(({ timestamp, trackEvent }) => [trackEvent?.name, timestamp]);

const by = (task: string, at: number, type: string, data: object = {}, comm?: string): TraceEvent =>
  ({ ...({ type, data } as unknown as Fact), task: taskId(task), at: nanos(at), ...(comm && { comm }) }) as TraceEvent;

const lock = 'group:6';
/** A bind uses the group while a claim waits for its mutex and is then refused. */
const contended = [
  by('644', 10, 'BindStarted', { device: 'nic', driver: 'e1000', managed: false }),
  by('644', 20, 'LockRequested', { lock }),
  by('644', 21, 'LockAcquired', { lock }),
  by('530', 25, 'SyscallEntered', { call: 'ioctl', about: 'VFIO_GROUP_SET_CONTAINER' }, 'qemu'),
  by('530', 26, 'CallEntered', { op: 'claim', group: '6', owner: 'vfio' }),
  by('530', 30, 'LockRequested', { lock }),
  by('644', 35, 'OwnerSet', { group: '6', owner: null, count: 2 }),
  by('644', 40, 'LockReleased', { lock }),
  by('530', 44, 'LockAcquired', { lock }),
  by('530', 47, 'LockReleased', { lock }),
  by('530', 50, 'CallReturned', { op: 'claim', group: '6', errno: 'EPERM' }),
  by('530', 52, 'SyscallReturned', { call: 'ioctl', errno: 'EPERM' }),
  by('644', 60, 'DriverSet', { device: 'nic', driver: 'e1000' }, 'h'),
  by('644', 70, 'BindReturned', { device: 'nic', errno: 'OK' }),
];

/** The world is plain records, in which a group called `valueOf` would be found before it was there. */
const isOrdinary = ({ data, task }: TraceEvent): boolean =>
  [...Object.values(data), task].every((value) => !(String(value) in Object.prototype));

describe('a run as a Perfetto trace', () => {
  it('is one by the public definition, with every track described before it is used, and time that never goes back', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEvent.filter(isOrdinary), { maxLength: 30 }), async (events) => {
        const packets = await trace(events);
        const known = new Set<number>();
        let clock = 0;
        for (const { trackDescriptor, trackEvent, timestamp = 0, trustedPacketSequenceId } of packets) {
          expect(trustedPacketSequenceId).toBe(1);
          if (trackDescriptor) known.add(trackDescriptor.uuid);
          if (!trackEvent) continue;
          expect(known).toContain(trackEvent.trackUuid);
          expect(timestamp).toBeGreaterThanOrEqual(clock);
          clock = timestamp;
        }
        expect(() => slicesIn(packets)).not.toThrow();
        const { described, byId } = tracksIn(packets);
        expect(byId.size).toBe(described.length);
      }),
      { numRuns: 100 },
    ));

  it('is the same bytes for the same run, however its events come', async () => {
    expect(await bytesOf(contended, run, 3)).toEqual(await bytesOf(contended));
  });

  it('has a track for every task, by its name where that is known at all, with what it was in the middle of', async () => {
    const packets = await trace(contended);
    expect(on(packets, 'tasks/qemu 530')).toEqual([
      ['wait group:6', 30, 44],
      ['claim group 6', 26, 50],
      ['ioctl VFIO_GROUP_SET_CONTAINER', 25, 52],
    ]);
    expect(on(packets, 'tasks/h 644')).toEqual([
      ['wait group:6', 20, 21],
      ['bind nic e1000', 10, 70],
    ]);
    expect(points(packets, 'tasks/qemu 530')).toEqual([
      ['claim: EPERM', 50],
      ['ioctl: EPERM', 52],
    ]);
  });

  it('has a track for every lock, with who held it and who waited', async () => {
    const packets = await trace(contended);
    expect(on(packets, 'locks/group:6')).toEqual([
      ['h 644', 21, 40],
      ['qemu 530', 44, 47],
    ]);
    expect(on(packets, 'locks/group:6/waiters')).toEqual([
      ['h 644', 20, 21],
      ['qemu 530', 30, 44],
    ]);
    expect(on(packets, 'tasks/qemu 530/holds')).toEqual([['group:6', 44, 47]]);
  });

  it('has a track for every device and group, which begin as the topology says', async () => {
    const packets = await trace([...contended, by('1', 80, 'OwnerSet', { group: '6', owner: '0xff11', count: 1 })]);
    expect(on(packets, 'devices/nic')).toEqual([
      ['bound e1000', 10, 10],
      ['binding e1000', 10, 70],
      ['bound e1000', 70, null],
    ]);
    expect(on(packets, 'groups/group 6/owner')).toEqual([
      ['kernel', 10, 80],
      ['0xff11', 80, null],
    ]);
    expect(on(packets, 'groups/group 6/domain')).toEqual([['default', 10, null]]);
    const { pathOf, described } = tracksIn(packets);
    const counts = packets.flatMap(({ timestamp, trackEvent }) =>
      trackEvent?.type === 'TYPE_COUNTER' ? [[pathOf(trackEvent.trackUuid), timestamp, trackEvent.counterValue]] : [],
    );
    expect(counts).toEqual([
      ['race/groups/group 6/owner count', 10, 1],
      ['race/groups/group 6/owner count', 35, 2],
      ['race/groups/group 6/owner count', 80, 1],
    ]);
    expect(described.filter(({ counter }) => counter).map(({ name, counter }) => [name, counter?.unit])).toEqual([
      ['owner count', 'UNIT_COUNT'],
    ]);
  });

  it('has an arrow from a hold to that of the task which waited when it ended, and no other', async () => {
    const later = [by('644', 90, 'LockRequested', { lock }), by('644', 91, 'LockAcquired', { lock })];
    const holds = (await trace([...contended, ...later])).filter(({ trackEvent }) => trackEvent?.flowIds?.length);
    const [first, second, third] = holds.map(({ timestamp, trackEvent }) => ({ at: timestamp, ...trackEvent }));
    expect([first?.at, second?.at, third?.at]).toEqual([21, 44, 91]);
    expect(first?.terminatingFlowIds ?? []).toEqual([]);
    expect(second?.terminatingFlowIds).toEqual(first?.flowIds);
    expect(third?.terminatingFlowIds ?? []).toEqual([]);
  });

  it('shows two holders at once side by side, each as long as it held', async () => {
    const packets = await trace([
      by('1', 10, 'LockAcquired', { lock }),
      by('2', 20, 'LockAcquired', { lock }),
      by('1', 30, 'LockReleased', { lock }),
      by('2', 40, 'LockReleased', { lock }),
    ]);
    expect(on(packets, 'locks/group:6')).toEqual([
      ['1', 10, 30],
      ['2', 20, 40],
    ]);
  });

  it('ends what a task was in when it is back in user space, and shows what never ends as open', async () => {
    const packets = await trace([
      by('1', 10, 'SyscallEntered', { call: 'write unbind' }),
      by('1', 20, 'UnbindStarted', { device: 'nic' }),
      by('1', 30, 'LockAcquired', { lock }),
      by('1', 40, 'SyscallReturned', { call: 'write unbind', errno: 'OK' }),
      by('2', 50, 'CallEntered', { op: 'claim', group: '6' }),
    ]);
    expect(on(packets, 'tasks/1')).toEqual([
      ['unbind nic', 20, 40],
      ['write unbind', 10, 40],
    ]);
    expect(on(packets, 'tasks/1/holds')).toEqual([['group:6', 30, 40]]);
    expect(on(packets, 'tasks/2')).toEqual([['claim group 6', 50, null]]);
  });

  it('marks what concerns the whole recording, and what was found where it shows', async () => {
    const findings = [
      { kind: 'bug', text: 'kernel BUG', position: position(2) },
      { kind: 'no-topology', text: 'no topology.json' },
    ];
    const events = [
      by('1', 10, 'MarkerWritten', { text: 'SCN begin' }),
      by('1', 20, 'BugHit', { what: 'vfio.c:698' }),
      by('-', 30, 'EventsLost', { count: 12 }),
    ];
    const packets = await trace(events, { ...run, end: { events: 3, complete: false, findings } });
    expect(points(packets, 'findings')).toEqual([
      ['no topology.json', 10],
      ['kernel BUG', 20],
    ]);
    expect(points(packets, 'marks')).toEqual([
      ['SCN begin', 10],
      ['BugHit what=vfio.c:698', 20],
      ['EventsLost count=12', 30],
    ]);
  });

  it('tells each fact’s fields and position beside it', async () => {
    const packets = await trace([
      by('1', 10, 'GroupSampled', { group: '6', owner: null, count: 2, domain: 'default' }),
    ]);
    const said = packets.find(({ trackEvent }) => trackEvent?.name === 'GroupSampled')?.trackEvent?.debugAnnotations;
    expect(said).toEqual([
      { name: 'group', stringValue: '6' },
      { name: 'owner', stringValue: 'null' },
      { name: 'count', intValue: 2 },
      { name: 'domain', stringValue: 'default' },
      { name: 'position', intValue: 1 },
    ]);
  });

  it('of a simulation shows a step as a microsecond', async () => {
    const packets = await trace([by('T0', 3, 'StepTaken', { label: 'claim.check' })], simulated);
    expect(points(packets, 'tasks/T0')).toEqual([['claim.check', 3000]]);
  });
});
