/** A thread of `exploreInParallel`: one shard of the search. */
import { serveShard } from '@custody/explore-threads';
import { shardOfScenario } from '@custody/workbench';

serveShard(shardOfScenario);
