import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, newStore, type TestStore } from '../custody.ts';

let store: TestStore;
/** What `record --json` said of `basic` on 6.1. */
// biome-ignore lint/suspicious/noExplicitAny: the document is what the test is about
let basic: any;
let code: number | null;

beforeAll(() => {
  store = newStore();
  const ran = store.custody('record', '6.1', 'basic', '--json');
  if (ran.code !== 0) throw new Error(`custody record 6.1 basic ended with ${ran.code}: ${ran.err}`);
  code = ran.code;
  basic = JSON.parse(ran.out);
}, 240_000);

afterAll(() => store.remove());

interface Shown {
  readonly type: string;
  readonly task: string;
  // biome-ignore lint/suspicious/noExplicitAny: the events are what the test is about
  readonly data: any;
}

const shown = (run: string): Shown[] => store.lines('show', run);

describe('basic on 6.1', () => {
  it('is recorded whole: nothing lost, nothing missed, each change of ownership explained', () => {
    expect(code).toBe(0);
    expect(basic).toMatchObject({
      complete: true,
      lost: 0,
      overrun: 0,
      missed: 0,
      unexplained: 0,
      heldTwice: 0,
      findings: [],
      markers: { differing: 0, unseen: 0 },
    });
    expect(basic.kernel).toMatch(/^6\.1\.0-\d+-amd64$/);
    expect(basic.events).toBeGreaterThan(200);
    expect(basic.wallSeconds).toBeGreaterThan(basic.bootSeconds);
  });

  it('has calls refused as the kernel’s text says: EPERM beside a sibling of the DMA API, EBUSY in a user’s group', () => {
    expect(basic.calls).toMatchObject({ claim: { EPERM: 1, OK: 1 }, use: { OK: 4, EBUSY: 2 }, release: { OK: 1 } });
  });

  it('has the errno that user space saw in each of its markers', () => {
    const events = shown(basic.run);
    const seen = events.flatMap(({ type, data }) => {
      const [, op, result = ''] =
        type === 'MarkerWritten' ? (/op=(bind|unbind|claim|release) .*result=(\w+)$/.exec(data.text) ?? []) : [];
      return op === undefined ? [] : [`${op} ${result === 'ok' ? 'OK' : result}`];
    });
    const returned = events.flatMap(({ type, data }) => {
      if (type === 'CallReturned' && /^(claim|release)$/.test(data.op)) return [`${data.op} ${data.errno}`];
      const [, op] = type === 'SyscallReturned' ? (/^write (bind|unbind)$/.exec(data.call) ?? []) : [];
      return op === undefined ? [] : [`${op} ${data.errno}`];
    });
    expect(seen).toHaveLength(17);
    expect(returned).toEqual(seen);
  });

  it('opens in replay, and ends with all given back', () => {
    const { groups } = store.json('replay', basic.run);
    expect(Object.values(groups)).toSatisfy((all: { owner: unknown }[]) => all.every(({ owner }) => owner === null));
  });

  it('has the same results in every kind of episode as the recording that is shipped', () => {
    store.custody('import', fixture('6.1-basic'));
    expect(store.custody('diff', basic.run, '6.1-basic').out).toContain('every kind of episode had the same results');
  });

  it('keeps what it was made of', () => {
    const { runs } = store.json('runs');
    const source = runs.find(({ run }: { run: string }) => run === basic.run).source;
    expect(source.guest).toMatchObject({ scenario: 'basic', seed: 1, kernel: { name: '6.1' } });
    expect(source.guest.probes.ok.length).toBeGreaterThan(40);
    expect(source.guest.qemu).toContain('intel-iommu,intremap=on');
  });
});

describe('a machine and a scenario of one’s own, twice from one boot', () => {
  it('is recorded whole each time, with dice of its own', () => {
    const [machine, scenario] = [join(store.folder, 'machine'), join(store.folder, 'siblings.txt')];
    writeFileSync(machine, 'bridge A=virtio-rng B=virtio-rng\nsingleton S=e1000\n');
    writeFileSync(
      scenario,
      ['A virtio-pci', 'B virtio-pci', 'S e1000']
        .map(
          (what, index) =>
            `thread t${index}\n  repeat 3\n    bind ${what}\n    unbind ${what[0]}\n    sleep 0..1ms\n  end\n`,
        )
        .join(''),
    );
    const { out, err } = store.custody('record', '6.1', scenario, '--topology', machine, '--repeat', '2', '--json');
    const { runs } = JSON.parse(out || JSON.stringify({ runs: err }));
    expect(runs).toMatchObject(
      [1, 2].map((seed) => ({
        seed,
        scenario: 'siblings',
        complete: true,
        unexplained: 0,
        calls: { use: { OK: 9 }, unuse: { OK: 9 } },
        markers: { differing: 0 },
      })),
    );
    expect(new Set(runs.map(({ run }: { run: string }) => run)).size).toBe(2);
  });
});
