import { mayPass, NoAnswerError, type Trouble, troubleOf } from './failures.ts';
import { sleep } from './sleep.ts';

export interface Patience {
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Milliseconds for which a server that was reached before is tried again. */
  readonly patience: number;
}

/** Makes a call, again and again while its trouble may pass; `onTrouble` learns of every failure. */
export type Patiently = <Result>(
  call: () => Promise<Result>,
  onTrouble?: (trouble: Trouble) => void,
) => Promise<Result>;

const firstPause = 20;
const longestPause = 1000;
const patienceWithStrangers = 1000;

/** Pauses that double, up to a second. */
export const pauses = function* (): Generator<number, never> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) yield pause;
};

/**
 * Patience with one server: until there is an answer, or a failure that will not pass, or it is over. A server that was
 * never reached is given a second: the address may be wrong.
 */
export const patienceWith = ({ timeout, patience }: Patience): Patiently => {
  let wasReached = false;
  return async (call, onTrouble = () => {}) => {
    const begun = performance.now();
    const isOver = (pause: number) =>
      performance.now() + pause > begun + (wasReached ? patience : Math.min(patience, patienceWithStrangers));
    for (const pause of pauses()) {
      try {
        const result = await within(timeout, call());
        wasReached = true;
        return result;
      } catch (error) {
        const trouble = troubleOf(error);
        if (!mayPass(trouble)) wasReached = true;
        onTrouble(trouble);
        if (!mayPass(trouble) || isOver(pause)) throw error;
      }
      await sleep(pause);
    }
    throw new NoAnswerError();
  };
};

const within = async <Result>(milliseconds: number, work: Promise<Result>): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`No answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
