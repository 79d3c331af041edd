import type { TraceEvent } from '@custody/trace';
import { type ImportOptions, importTrace } from './import-trace.ts';
import type { TraceSource } from './open-trace.ts';
import type { RecordedTopology } from './topology-file.ts';

/** A text as a recording has it: in pieces, that do not end with its lines. */
export const sourceOf = (text: string): TraceSource => ({
  async *open() {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
  },
});

/** All of an import. */
export const importWhole = async (source: TraceSource, recorded: RecordedTopology, options: ImportOptions = {}) => {
  const trace = await importTrace(source, recorded, options);
  const events: TraceEvent[] = [];
  const batches = trace.events();
  for (let step = await batches.next(); ; step = await batches.next()) {
    if (step.done) return { ...trace, events, report: step.value };
    events.push(...step.value);
  }
};
