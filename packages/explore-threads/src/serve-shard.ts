import { parentPort, workerData } from 'node:worker_threads';
import { type Answering, movable, type Question, type ShardTalk } from '@custody/explore';

/**
 * In a thread of `openThreads`: answers for a shard until the thread is ended. What is thrown ends the search.
 *
 * @param shardFor - the shard for the `task` that the threads were opened with.
 */
export const serveShard = <Task>(shardFor: (task: Task) => Answering): void => {
  const port = parentPort;
  if (port === null) throw new TypeError('Cannot serve a shard as this is no thread of another');
  const answer = shardFor(workerData as Task);
  port.on('message', ([question, asked]: [Question, ShardTalk[Question]['asked']]) => {
    const said = answer(question, asked as never);
    port.postMessage(said, movable(said));
  });
};
