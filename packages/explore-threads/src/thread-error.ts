/** Thrown by a search when one of its threads has failed or has ended; the others are of no use any more. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
  constructor(why: string, options?: ErrorOptions) {
    super(`Cannot go on exploring in several threads as ${why}; without them, it may still work`, options);
  }
}
