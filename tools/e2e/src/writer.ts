// Somebody who is joined and writes: notes go into a store of their own, as from any command there, and what the server
// says of them is told on stdout, a line of JSON each.
import { isNotesUpdated, noteUpdated, openNotes, openNotesEvents } from '@custody/annotations';
import { RevisionConflictError, type StreamId } from '@custody/log';
import { openSqliteLog } from '@custody/log-sqlite';
import { joinRun } from '@custody/sync/client';
import { position } from '@custody/trace';

const [url = '', token = '', store = '', stream = '', author = '', count = '0', pace = '0', all = '0'] =
  process.argv.slice(2);
const name = stream as StreamId;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

const log = await openSqliteLog(store);
let stored = 0;
const joined = await joinRun({
  url,
  token,
  log,
  stream: name,
  patience: 50,
  happened: (happening) => {
    if (happening.what === 'stored') stored += happening.updates;
    if (happening.what === 'stored' || happening.what === 'present') say({ ...happening, stored });
    if (['connected', 'disconnected', 'kept back'].includes(happening.what)) say(happening);
  },
});
joined.ended.then((reason) => reason !== null && say({ what: 'ended', reason }));

const notes = openNotes();
const anchor = { kind: 'event', position: position(0), event: null } as const;
for (let number = 0; number < Number(count); number += 1) {
  const at = new Date().toISOString();
  const update = notes.add({ id: `${author}-${number}`, author, at, anchor, body: `comment ${number}` });
  for (;;) {
    try {
      await log.append(name, [noteUpdated({ update, author, at })], await log.head(name));
      break;
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }
  await pause(Number(pace));
}

const here = async (): Promise<number> => {
  const events = [];
  for await (const some of log.read(name)) events.push(...some.filter(isNotesUpdated));
  return openNotesEvents(events).list().length;
};
while ((await here()) < Number(all) || stored < Number(count)) await pause(100);
say({ what: 'done', stored });
await joined.leave();
await log[Symbol.asyncDispose]();
