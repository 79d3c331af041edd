/** Thrown when a guest cannot be had or recorded: the message says what, why, and what to do about it. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
}
