import { randomUUID } from 'node:crypto';
import type { EventLog, LogEvent, Range, StreamId } from '@custody/log';
import { afterAll, beforeAll } from 'vitest';
import { type DoubleOptions, type KurrentDouble, startDouble } from '../double/kurrent-double.testing.ts';

/** `count` events that tell themselves apart, counting from `first`. */
export const numbered = (count: number, first = 0): LogEvent[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'StepTaken', data: { step: first + index } }));

export const readAll = async (log: EventLog, stream: StreamId, range?: Range): Promise<LogEvent[]> => {
  const seen: LogEvent[] = [];
  for await (const events of log.read(stream, range)) seen.push(...events);
  return seen;
};

/** A prefix that nobody has used yet. */
export const freshPrefix = (): string => `custody-test-${randomUUID().slice(0, 8)}.`;

/** A double that is there while the file's tests run. */
export const doubleForTests = (options?: DoubleOptions): (() => KurrentDouble) => {
  let double: KurrentDouble | undefined;
  beforeAll(async () => {
    double = await startDouble(options);
  });
  afterAll(() => double?.stop());
  return () => {
    if (double === undefined) throw new Error('Cannot use the double before the tests have begun');
    return double;
  };
};
