import { StoreError } from '@custody/log';

/**
 * Why a call failed, as far as the adapter treats it differently.
 *
 * After `unsent` nothing has reached the server. After `unreachable` and `timeout` it may have, and may still.
 */
export type Trouble =
  | 'wrong version'
  | 'no stream'
  | 'tombstoned'
  | 'denied'
  | 'too large'
  | 'unsent'
  | 'unreachable'
  | 'timeout'
  | 'other';

/** The client gives no answer in time; its own deadlines do not cover every call. */
export class NoAnswerError extends Error {
  override readonly name: string = 'NoAnswerError';
}

/** By the `type` of the client's own errors. */
const byType: Readonly<Record<string, Trouble>> = {
  'wrong-expected-version': 'wrong version',
  'stream-not-found': 'no stream',
  'no-stream': 'no stream',
  'stream-deleted': 'tombstoned',
  'stream-tombstoned': 'tombstoned',
  'access-denied': 'denied',
  'maximum-append-size-exceeded': 'too large',
  unavailable: 'unreachable',
  cancelled: 'unreachable',
  'not-leader': 'unreachable',
  'deadline-exceeded': 'timeout',
  timeout: 'timeout',
};

/** By gRPC's code: a server that is down makes the client throw a plain Error with one. */
const byCode: Readonly<Record<number, Trouble>> = {
  1: 'unreachable',
  4: 'timeout',
  7: 'denied',
  13: 'unreachable',
  14: 'unreachable',
  16: 'denied',
};

const neverSent = /No connection established|ECONNREFUSED|Name resolution failed/;

const codeOf = (error: Error): number => ('code' in error && typeof error.code === 'number' ? error.code : -1);

export const troubleOf = (error: unknown): Trouble => {
  if (error instanceof NoAnswerError) return 'timeout';
  if (!(error instanceof Error)) return 'other';
  const type = 'type' in error ? byType[String(error.type)] : undefined;
  const trouble = type ?? byCode[codeOf(error)] ?? 'other';
  return trouble === 'unreachable' && neverSent.test(error.message) ? 'unsent' : trouble;
};

/** True when the same call may well succeed a little later. */
export const mayPass = (trouble: Trouble): boolean => ['unsent', 'unreachable', 'timeout'].includes(trouble);

const explanation = (trouble: Trouble, error: unknown): string => {
  const said = error instanceof Error ? error.message : String(error);
  switch (trouble) {
    case 'unsent':
    case 'unreachable':
      return (
        'it cannot be reached, or not so; see that it runs there, and that tls=false is in the address if, and only if, ' +
        `it is not secured (${said})`
      );
    case 'timeout':
      return 'it did not answer in time; see how it is, and try again';
    case 'denied':
      return 'it does not let these credentials do that; give those of a user who may, as user:password in a file';
    case 'tombstoned':
      return 'somebody has tombstoned the stream there, so its name cannot be used again; use another prefix';
    case 'too large':
      return 'it takes less in one append than this; append fewer events at a time, or raise its MaxAppendSize';
    default:
      return said;
  }
};

/**
 * What to throw for a failed call: what could not be done, why, and what to do. The client was never given the
 * credentials in a text, so none of its errors can hold them.
 *
 * @param doing - what could not be done, e.g. `append to "run-1" on`.
 * @param doubt - what is not known now, e.g. whether it is stored.
 */
export const failure = (doing: string, shown: string, error: unknown, doubt = ''): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError(`Cannot ${doing} ${shown}: ${explanation(troubleOf(error), error)}${doubt}`, { cause: error });
