// A process of its own, run by the integration tests: node appender.testing.ts <store> <name> <stream>
// Each line on stdin is one thing to do, and is answered by one line on stdout:
//   at <revision>  appends two events there           → won <new revision> | lost <expected> <actual>
//   free <count>   appends one by one, retrying       → done
//   flood          appends until it is killed         → <new revision> for each
//   both           as flood, to two streams: 1400 events to the one, 5 to <stream>-live
//                                                     → <new revision> <the other's> for each pair
//   stamp          appends an event with the time     → <new revision>
import { createInterface } from 'node:readline';
import { type Revision, RevisionConflictError, revision, streamId } from '@custody/log';
import { openSqliteLog } from '../index.ts';

const [path = '', name = '', streamName = ''] = process.argv.slice(2);
const stream = streamId(streamName);
const log = await openSqliteLog(path);
const say = (line: string) => process.stdout.write(`${line}\n`);
const events = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => ({ type: 'Appended', data: { by: name, number: first + index } }));

const appendAt = async (expected: Revision) => {
  try {
    say(`won ${await log.append(stream, events(2), expected)}`);
  } catch (error) {
    if (!(error instanceof RevisionConflictError)) throw error;
    say(`lost ${error.expected} ${error.actual}`);
  }
};

const appendFreely = async (count: number) => {
  for (let number = 0; number < count; ) {
    try {
      await log.append(stream, events(1, number), await log.head(stream));
      number += 1;
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }
  say('done');
};

const flood = async () => {
  for (let head = await log.head(stream); ; ) {
    head = await log.append(stream, events(7, head), head);
    say(`${head}`);
  }
};

/** Batches of 1400 as an import makes them, and small ones beside them, as recording live does. */
const both = async () => {
  const live = streamId(`${streamName}-live`);
  let [head, liveHead] = [await log.head(stream), await log.head(live)];
  for (;;) {
    head = await log.append(stream, events(1400, head), head);
    liveHead = await log.append(live, events(5, liveHead), liveHead);
    say(`${head} ${liveHead}`);
  }
};

const stamp = async () => {
  const head = await log.head(stream);
  say(`${await log.append(stream, [{ type: 'Stamped', data: { at: Date.now() } }], head)}`);
};

say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, number] = line.split(' ');
  if (verb === 'at') await appendAt(revision(Number(number)));
  if (verb === 'free') await appendFreely(Number(number));
  if (verb === 'flood') await flood();
  if (verb === 'both') await both();
  if (verb === 'stamp') await stamp();
}
await log[Symbol.asyncDispose]();
