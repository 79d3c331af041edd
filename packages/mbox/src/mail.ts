/** A mail of a thread, as far as a thread needs it. */
export interface Mail {
  /** Its Message-ID without the angle brackets. */
  readonly id: string;
  /** What it answers, nearest first: its In-Reply-To, then its References from the last to the first. */
  readonly answers: readonly string[];
  /** `Ada <ada@example.org>`: what the mail says, and nobody has verified. */
  readonly author: string;
  /** ISO 8601 in UTC; null when the mail has no date that can be read. */
  readonly at: string | null;
  readonly subject: string;
  /** As it came, quotes and signature and all, its transfer encoding and charset undone. */
  readonly text: string;
}
