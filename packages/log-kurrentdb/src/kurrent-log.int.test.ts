import { eventLogContract } from '@custody/log/contract';
import { openKurrentLog } from './kurrent-log.ts';
import { doubleForTests, freshPrefix } from './testing/given.testing.ts';

const double = doubleForTests();
const withoutBatches = doubleForTests({ batches: false });
const realServer = process.env['KURRENTDB_URL'];

eventLogContract('the KurrentDB log', () => openKurrentLog(double().url, { prefix: freshPrefix() }));
eventLogContract('the KurrentDB log on a server without BatchAppend, with segments of three facts', () =>
  openKurrentLog(withoutBatches().url, { prefix: freshPrefix(), segmentEvents: 3 }),
);
if (realServer !== undefined) {
  eventLogContract('the KurrentDB log on the server at KURRENTDB_URL', () =>
    openKurrentLog(realServer, { prefix: freshPrefix() }),
  );
}
