import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errnoOf } from '../errno.ts';
import { changedRows } from './kernel-line.ts';
import { kernelLines, lineFor } from './lines.ts';
import { mappingOf, rowFinder, stemOf } from './mapping.ts';
import { MappingError, parseMappingFile } from './mapping-file.ts';
import { returned } from './meaning.ts';
import { probedFunction } from './probed-function.ts';
import { keyOf, type ProbeRow } from './row.ts';

const line = (release: string) => mappingOf(lineFor(release));
const found = (release: string, name: string, fields: string) =>
  rowFinder(line(release)).find({
    comm: null,
    tid: '1',
    cpu: 0,
    at: 0,
    name,
    buffer: null,
    fields,
    values: new Map(),
  })?.row;

describe('the line that a kernel is read with', () => {
  it.each([
    ['4.19.0', 'linux-5.10'],
    ['5.13.19', 'linux-5.10'],
    ['5.15.1', 'linux-5.14'],
    ['5.19.0', 'linux-6.1'],
    ['6.1.192-lab-robin', 'linux-6.1'],
    ['6.3.0', 'linux-6.12'],
    ['6.12.117+deb12-amd64', 'linux-6.12'],
    ['6.18.2', 'linux-6.18'],
    ['7.2.13+deb14-amd64', 'linux-6.18'],
  ])('%s is read as %s', (release, id) => {
    expect(line(release).id).toBe(id);
  });
});

describe('a line’s table', () => {
  it.each(kernelLines.map((one) => [one.id, one] as const))('%s has one row for each place', (_id, { rows }) => {
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
  });

  it.each(kernelLines.map((one) => [one.id, one] as const))('%s has no return without its entry', (_id, { rows }) => {
    const places = new Set(rows.map(keyOf));
    const alone = rows.filter(({ on, at }) => at === 'return' && !places.has(keyOf({ on, at: 'entry' })));
    expect(alone).toEqual([]);
  });

  const row = (on: string): ProbeRow => ({ on, at: 'entry', uses: [], means: 'Nothing' });

  it('is the table before it but for the difference, whatever that is', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(names, names, names, (before, gone, come) => {
        const removed = gone.filter((name) => before.includes(name));
        const added = come.filter((name) => !before.includes(name));
        const rows = changedRows(before.map(row), {
          removed: removed.map((on) => ({ on, at: 'entry' as const, why: '' })),
          added: added.map(row),
        });
        expect(rows.map(({ on }) => on)).toEqual([...before.filter((name) => !removed.includes(name)), ...added]);
      }),
    );
  });

  it('cannot change what is not there, nor add what is', () => {
    expect(() => changedRows([], { changed: [row('a')] })).toThrow(/no such row/);
    expect(() => changedRows([row('a')], { added: [row('a')] })).toThrow(/has it/);
  });
});

describe('the function that a probe stands on', () => {
  it.each([
    ['(really_probe+0x0/0x380) dev="a"', { on: 'really_probe', at: 'entry' }],
    ['(vfio_fops_open+0x0/0x70 [vfio]) inode=0x1', { on: 'vfio_fops_open', at: 'entry' }],
    ['(mutex_lock+0x4/0x30) lock=0x1', { on: 'mutex_lock', at: 'entry' }],
    ['(bind_store+0xb2/0x110 <- device_driver_attach) ret=0', { on: 'device_driver_attach', at: 'return' }],
    ["([unknown/kretprobe'd] <- mutex_lock) lock=0x1", { on: 'mutex_lock', at: 'return' }],
    ['(misc_open+0xc6/0x180 [m] <- vfio_fops_open [vfio]) ret=0', { on: 'vfio_fops_open', at: 'return' }],
    ['(really_probe.isra.0+0x0/0x380) dev="a"', { on: 'really_probe', at: 'entry' }],
  ])('%s', (fields, place) => {
    expect(probedFunction(fields)).toEqual(place);
  });

  it('is not said by a probe in the middle of a function, or by a tracepoint', () => {
    expect(probedFunction('(really_probe+0x91/0x380) x=1')).toBeNull();
    expect(probedFunction('00000000115cd732 (flags=MUTEX)')).toBeNull();
  });
});

describe('a row is found', () => {
  it('by the function, whatever the event is called', () => {
    expect(found('6.1.0', 'foo', '(really_probe+0x0/0x380)')).toMatchObject({ means: 'BindStarted' });
    expect(found('6.1.0', 'bar', '(x+0x1/0x2 <- really_probe)')).toMatchObject({ means: 'BindReturned' });
    expect(found('6.1.0', 'really_probe', '(mutex_lock+0x0/0x30)')).toMatchObject({ means: 'LockRequested' });
  });

  it('by the event’s name where the text does not say the function', () => {
    expect(found('6.1.0', 'really_probe', '')).toMatchObject({ means: 'BindStarted' });
    expect(['r_ret', 'r__return', 'r__exit'].map(stemOf)).toEqual(['r', 'r', 'r']);
    expect(found('6.1.0', 'really_probe__return', '')).toMatchObject({ means: 'BindReturned' });
    expect(found('6.1.0', 'gunlock', '')).toMatchObject({ means: 'LockReleased' });
  });

  it('only on a line that has it', () => {
    expect(found('5.10.0', 'x', '(iommu_group_claim_dma_owner+0x0/0xe0)')).toBeUndefined();
    expect(found('6.1.0', 'x', '(vfio_dev_viable+0x0/0xc0 [vfio])')).toBeUndefined();
  });
});

describe('a return value', () => {
  const of = (ret: string) => returned({ fields: new Map([['ret', ret]]) });

  it('is the same however the probe prints it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4095, max: 4095 }), (value) => {
        const printed = [32, 64].flatMap((bits) => {
          const unsigned = BigInt.asUintN(bits, BigInt(value));
          return [String(unsigned), `0x${unsigned.toString(16)}`];
        });
        for (const text of [String(value), ...printed]) expect(of(text)).toBe(value);
      }),
    );
  });
});

it('a return value that is none is not taken for an answer', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      fc.pre(!/^(?:-?\d+|0x[0-9a-f]+)$/.test(text));
      expect(errnoOf(returned({ fields: new Map([['ret', text]]) }))).toBe('E?');
    }),
  );
});

describe('a mapping of one’s own', () => {
  const parse = (json: unknown) => parseMappingFile(JSON.stringify(json), 'mine.json');

  it('adds rows, changes rows and says so in its name', () => {
    const file = parse({
      rows: [
        { on: 'my_claim', at: 'entry', means: 'CallEntered', as: 'claim' },
        { on: 'mutex_lock', at: 'entry', means: 'Nothing' },
      ],
    });
    const { id, rows } = mappingOf(lineFor('6.1.0'), file);
    expect(id).toBe('linux-6.1+mine.json');
    expect(rows.find(({ on }) => on === 'my_claim')).toMatchObject({ means: 'CallEntered', as: 'claim' });
    expect(rows.find(({ on, at }) => on === 'mutex_lock' && at === 'entry')).toMatchObject({
      means: 'Nothing',
      named: ['glock', 'dlock'],
    });
    expect(rows).toHaveLength(lineFor('6.1.0').rows.length + 1);
  });

  it.each([
    ['no JSON', '{', /must be JSON/],
    ['an unknown meaning', '{"rows":[{"on":"f","at":"entry","means":"Claimed"}]}', /rows\[0\]\.means/],
    [
      'a misspelt operation',
      '{"rows":[{"on":"f","at":"entry","means":"CallEntered","as":"clam"}]}',
      /needs an "as" of: use,/,
    ],
    ['an unknown key', '{"rows":[],"argument":{}}', /argument/],
    ['an argument that no row knows', '{"arguments":{"x":"device"}}', /arguments\.x/],
    [
      'two rows for one place',
      '{"rows":[{"on":"f","at":"entry","means":"Nothing"},{"on":"f","at":"entry","means":"Nothing"}]}',
      /f entry has two rows/,
    ],
  ])('is refused with the place when it has %s', (_what, text, says) => {
    expect(() => parseMappingFile(text, 'mine.json')).toThrow(MappingError);
    expect(() => parseMappingFile(text, 'mine.json')).toThrow(says);
  });
});
