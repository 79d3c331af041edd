import type { Position } from '@custody/trace';

/** What a prompt asks for. */
export type Question = 'seek' | 'search' | 'note';

/** What the next key means. */
export type Mode =
  | { readonly kind: 'browse' }
  | { readonly kind: 'help' }
  /** Everything said at the cursor, unabridged. */
  | { readonly kind: 'read' }
  | { readonly kind: 'prompt'; readonly question: Question; readonly text: string }
  /** The next letter names a mark, to be set or gone to. */
  | { readonly kind: 'letter'; readonly verb: 'set' | 'go' };

/** Where one looks, and the little that the screen keeps besides: the whole state of the screen. */
export interface Ui {
  readonly position: Position;
  readonly mode: Mode;
  /** Are lines without a meaning shown too? */
  readonly verbatim: boolean;
  readonly marks: Readonly<Record<string, Position>>;
  /** Where the last jump came from. */
  readonly back: Position;
  /** The last pattern searched for. */
  readonly pattern: string | null;
  /** Said until the next key. */
  readonly message: string | null;
}

/** What a key asks of the world outside. */
export type Effect =
  | { readonly type: 'quit' }
  | { readonly type: 'add-note'; readonly position: Position; readonly body: string };

/** The answer to a key. */
export interface Step {
  readonly ui: Ui;
  readonly effect?: Effect;
}

export const browsing: Mode = { kind: 'browse' };

export const openedAt = (start: Position): Ui => ({
  position: start,
  mode: browsing,
  verbatim: false,
  marks: {},
  back: start,
  pattern: null,
  message: null,
});

/** The same place with something to say about it. */
export const said = (ui: Ui, message: string): Step => ({ ui: { ...ui, mode: browsing, message } });

/** One small move. */
export const moved = (ui: Ui, position: Position, message: string | null = null): Step => ({
  ui: { ...ui, mode: browsing, position, message },
});

/** A move that one may want to take back with `''`. */
export const jumped = (ui: Ui, position: Position, message: string | null = null): Step => ({
  ui: { ...ui, mode: browsing, position, message, back: ui.position },
});
