import type { Role } from './invitation.ts';

/** Where somebody is, as the others see it. It is shown and never stored. */
export interface Presence {
  readonly name: string;
  readonly role: Role;
  /** The position that they look at. */
  readonly at: number | null;
  /** What they are typing. */
  readonly draft: string | null;
}

const longestDraft = 2000;

/**
 * What a client says of itself, held to its shape and with its real name: a name is not a client's to choose.
 */
export const presenceOf = (
  state: Readonly<Record<string, unknown>>,
  { name, role }: Pick<Presence, 'name' | 'role'>,
): Presence => {
  const { at, draft } = state;
  return {
    name,
    role,
    at: typeof at === 'number' && Number.isSafeInteger(at) && at >= 0 ? at : null,
    draft: typeof draft === 'string' ? draft.slice(0, longestDraft) : null,
  };
};
