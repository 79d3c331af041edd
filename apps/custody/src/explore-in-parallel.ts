import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openThreads } from '@custody/explore-threads';
import {
  type ExperimentRequest,
  exploringScenarioInShards,
  type Progress,
  RequestError,
  type ShardsSearchBounds,
  type VariantReport,
} from '@custody/workbench';

export interface InParallel extends ShardsSearchBounds {
  /** How many threads. */
  readonly workers: number;
  /** Cannot be asked for yet. */
  readonly lossy?: boolean;
}

/** Beside this file, as source or built. */
const script = new URL(`explore-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/**
 * As `exploringScenario`, in several threads, which are ended whatever comes of it.
 *
 * @throws RequestError when hashes are to be remembered in place of states.
 * @throws RangeError when there cannot be so many threads.
 * @throws ThreadError when one of them fails.
 */
export async function* exploreInParallel(
  request: ExperimentRequest,
  { workers, lossy, ...bounds }: InParallel,
): AsyncGenerator<Progress, VariantReport> {
  if (lossy) {
    throw new RequestError(
      'Cannot explore by hashes in several threads as each keeps its states; leave out one of both',
    );
  }
  const threads = openThreads(script, request, workers);
  try {
    return yield* exploringScenarioInShards(request, threads.ports, bounds);
  } finally {
    await threads.close();
  }
}
