// A process of its own, run by the integration tests: node follower.testing.ts <store> <stream>
// Says `ready`, follows until it has seen one event, and then has nothing more to do; it does not close its log.
import { empty, streamId } from '@custody/log';
import { openSqliteLog } from '../index.ts';

const [path = '', stream = ''] = process.argv.slice(2);
const log = await openSqliteLog(path);
process.stdout.write('ready\n');
for await (const _ of log.follow(streamId(stream), empty, new AbortController().signal)) break;
