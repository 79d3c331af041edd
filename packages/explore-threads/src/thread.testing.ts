/** A thread of the tests: a shard of a reference model, that fails after so many states if it is told to. */
import { answering, type Model } from '@custody/explore';
import { referenceModel } from '../../../tools/bench/src/reference-model.ts';
import { serveShard } from './serve-shard.ts';

export interface Task {
  readonly throws?: number;
  readonly ends?: number;
}

const model = ({ throws = Number.POSITIVE_INFINITY, ends = Number.POSITIVE_INFINITY }: Task): Model => {
  const whole = referenceModel('R1', { devices: 3, claimers: 1 });
  let looked = 0;
  return {
    ...whole,
    successors: (...words) => {
      looked += 1;
      if (looked > throws) throw new Error('Cannot think any more');
      if (looked > ends) process.exit(0);
      whole.successors(...words);
    },
  };
};

serveShard((task: Task) => answering(model(task), []));
