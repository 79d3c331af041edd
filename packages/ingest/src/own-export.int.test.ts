import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Position, runId, type TraceEvent } from '@custody/trace';
import { type Exported, writeFtrace } from '@custody/trace-export';
import { describe, expect, it } from 'vitest';
import { importTrace } from './import-trace.ts';
import { importWhole, sourceOf } from './importing.testing.ts';
import { noTopology, parseTopology } from './topology-file.ts';

const fixtures = new URL('../../../fixtures/', import.meta.url);
const names = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
);

/** A real recording, imported; exported as text; and that imported. */
const thereAndBack = async (name: string) => {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, fixtures));
  const trace = gunzipSync(read('stream.trace.gz')).toString();
  const recorded = parseTopology(read('topology.json').toString());
  const there = await importWhole(sourceOf(trace), recorded);
  const { kernel, mapping } = there;
  const { facts, complete, findings } = there.report;
  const run: Exported = {
    header: {
      run: runId('3f9c'),
      title: name,
      source: { kind: 'recording', file: `${name}/stream.trace`, kernel, mapping },
      topology: recorded.topology,
    },
    end: { events: facts, complete, findings },
  };
  let text = '';
  async function* events(): AsyncGenerator<readonly TraceEvent[]> {
    yield there.events;
  }
  for await (const piece of writeFtrace(run, events)) text += piece;
  return {
    run,
    there,
    back: await importWhole(sourceOf(text), noTopology),
    again: await importTrace(sourceOf(text), noTopology),
    text,
  };
};

const withoutLine = ({ line: _line, ...event }: TraceEvent) => event;

describe.each(names)('%s, exported as ftrace text and imported again', async (name) => {
  const { run, there, back, again, text } = await thereAndBack(name);

  it('has the same facts, in the same order, each with its task, time, cpu, comm and data', () => {
    expect(back.events.map(withoutLine)).toEqual(there.events.map(withoutLine));
  });

  it('has the same topology, source and kernel, with no topology.json', () => {
    expect(again.exported).toEqual({ source: run.header.source, topology: run.header.topology });
    expect(again.kernel).toBe(run.header.source.kind === 'recording' ? run.header.source.kernel : null);
  });

  it('is as complete, and the same was found, lost, returned, locked and kept', () => {
    const { facts, lost, gaps, unexplained, heldTwice, calls, locks, complete, findings, kept } = there.report;
    const told = { facts, lost, gaps, unexplained, heldTwice, calls, locks, complete, findings, kept };
    expect(back.report).toMatchObject(told);
  });

  it('accounts for every line', () => {
    const { lines, events, verbatim, skipped, facts } = back.report;
    expect(lines).toBe(text.split('\n').length - 1);
    expect(events + verbatim + skipped).toBe(lines);
    expect(events + verbatim).toBe(facts);
  });
});

describe('6.1-basic, exported as ftrace text', async () => {
  const { there, text } = await thereAndBack('6.1-basic');
  const found: Exported['end'] = {
    events: there.events.length,
    complete: true,
    findings: [{ kind: 'bug', text: 'BUG at x', position: 5 as Position }],
  };
  const withFinding = text.replace(/"end":\{.*\}\}$/m, `"end":${JSON.stringify(found)}}`);

  it('and cut anywhere is read up to there, as a part of the run', async () => {
    const part = text.slice(0, text.indexOf('\n', text.length / 2) - 7);
    const { events, report } = await importWhole(sourceOf(part), noTopology);
    expect(events.map(withoutLine)).toEqual(there.events.slice(0, events.length).map(withoutLine));
    expect(events.length).toBeGreaterThan(0);
    expect(report.complete).toBe(false);
    expect(report.findings.map(({ kind }) => kind)).toEqual(['cut', 'unreadable-lines']);
  });

  it('and edited says so, and no longer where something was found', async () => {
    const { report } = await importWhole(sourceOf(withFinding.replace('errno="EPERM"', 'errno="OK"')), noTopology);
    expect(report.complete).toBe(false);
    expect(report.findings).toEqual([
      { kind: 'bug', text: 'BUG at x' },
      { kind: 'changed', text: expect.stringContaining('not as custody wrote it') },
    ]);
  });

  it('and spoilt in a line says which', async () => {
    const { report } = await importWhole(
      sourceOf(text.replace('LockAcquired: lock=', 'LockAcquired: lok=')),
      noTopology,
    );
    const line = text.slice(0, text.indexOf('LockAcquired: lock=')).split('\n').length;
    expect(report.findings.find(({ kind }) => kind === 'unreadable-lines')?.text).toBe(
      `1 line could not be read; the first is line ${line}: LockAcquired has no field "lok"`,
    );
  });

  it.each([
    ['of a newer format', (head: string) => head.replace('ftrace 1', 'ftrace 2'), /reads format 1; upgrade/],
    ['without its second line', (head: string) => head.replace(/\n.*\n/, '\n'), /second line is no JSON/],
    ['without a topology', (head: string) => head.replace('"topology"', '"topolgy"'), /at header.topology/],
  ])('with a head %s is refused', async (_, change, says) => {
    await expect(importTrace(sourceOf(change(text)), noTopology)).rejects.toThrow(says);
  });
});
