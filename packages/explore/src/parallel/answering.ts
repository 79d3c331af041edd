import type { Model } from '../model.ts';
import type { Property } from '../property.ts';
import { Shard } from './shard.ts';
import type { Question, ShardPort, ShardTalk } from './shard-port.ts';

/** Answers what is asked of a shard. */
export type Answering = <Asks extends Question>(
  question: Asks,
  asked: ShardTalk[Asks]['asked'],
) => ShardTalk[Asks]['said'];

/** A shard of a search of `model`, which must be the model that every other shard has, told in the same way. */
export const answering = (model: Model, properties: readonly Property[]): Answering => {
  let shard: Shard | null = null;
  const opened = (): Shard => {
    if (shard === null) throw new TypeError('Cannot ask anything of a shard that was not opened');
    return shard;
  };
  const answers: { readonly [Asks in Question]: (asked: ShardTalk[Asks]['asked']) => ShardTalk[Asks]['said'] } = {
    open: (opening) => {
      shard = new Shard(model, properties, opening);
      return shard.standing();
    },
    turn: (turn) => opened().turn(turn),
    findings: () => opened().findings(),
    origins: (ids) => opened().origins(ids),
  };
  return (question, asked) => answers[question](asked);
};

/** A shard in this thread. */
export const shardHere = (model: Model, properties: readonly Property[]): ShardPort => {
  const answer = answering(model, properties);
  return async (question, asked) => answer(question, asked);
};
