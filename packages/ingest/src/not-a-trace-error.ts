/** Thrown for bytes that are no trace; the message says what was expected. */
export class NotATraceError extends Error {
  override readonly name = 'NotATraceError';
}
