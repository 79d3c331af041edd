/** The double of a KurrentDB server in a process of its own, until stdin ends; prints its address. */
import { startDouble } from '@custody/log-kurrentdb/double';

const double = await startDouble({ maxAppendSize: 16 * 2 ** 20 });
process.stdout.write(`${double.url}\n`);
process.stdin.on('end', () => process.exit()).resume();
