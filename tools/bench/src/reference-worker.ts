/** A thread of `reference-once.ts`: one shard of the search. */
import { answering } from '@custody/explore';
import { serveShard } from '@custody/explore-threads';
import { measuredModel, type ReferenceRequest } from './reference-run.ts';

serveShard((request: ReferenceRequest) => answering(measuredModel(request), []));
