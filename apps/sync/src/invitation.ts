import { errors, jwtVerify, SignJWT } from 'jose';

export const roles = ['reader', 'writer'] as const;
export type Role = (typeof roles)[number];

/** Who may do what with the notes of which run, and until when. */
export interface Invitation {
  readonly name: string;
  /** The run's id, with `.1` and so on behind it for one that was deleted and made anew. */
  readonly run: string;
  readonly role: Role;
  readonly expires: Date;
}

/** Thrown when a token opens nothing; the message says why. */
export class InvitationError extends Error {
  override readonly name = 'InvitationError';
}

const kind = { issuer: 'custody', audience: 'custody-notes' };

/** The invitation as a token: whoever has it is let in under that name. HMAC-SHA-256 over a JWT. */
export const tokenOf = ({ name, run, role, expires }: Invitation, secret: Uint8Array): Promise<string> =>
  new SignJWT({ run, role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(kind.issuer)
    .setAudience(kind.audience)
    .setSubject(name)
    .setExpirationTime(expires)
    .sign(secret);

const isRole = (role: unknown): role is Role => roles.includes(role as Role);

/**
 * The invitation in a token, when it was signed with this secret, is for `run` and has not expired.
 *
 * @throws InvitationError when it opens nothing.
 */
export const invitationIn = async (
  token: string,
  { secret, run, now }: { readonly secret: Uint8Array; readonly run: string; readonly now: Date },
): Promise<Invitation> => {
  if (token === '') throw new InvitationError('no token was given; ask for one: custody invite');
  try {
    const { payload } = await jwtVerify(token, secret, { ...kind, algorithms: ['HS256'], currentDate: now });
    const { sub: name, exp, run: forRun, role } = payload;
    if (name === undefined || exp === undefined || !isRole(role) || typeof forRun !== 'string') {
      throw new InvitationError('the token is not complete; ask for a new one: custody invite');
    }
    if (forRun !== run) throw new InvitationError(`the token is for run ${forRun}, not for ${run}`);
    return { name, run, role, expires: new Date(exp * 1000) };
  } catch (error) {
    if (error instanceof InvitationError) throw error;
    if (error instanceof errors.JWTExpired) {
      const until = new Date((error.payload.exp ?? 0) * 1000).toISOString();
      throw new InvitationError(`the token expired at ${until}; ask for a new one: custody invite`);
    }
    throw new InvitationError('the token was not signed by this server; ask for a new one: custody invite');
  }
};

/**
 * What a token says of itself, unchecked: only the server knows the secret.
 *
 * @throws InvitationError when it says nothing.
 */
export const claimedIn = (token: string): Invitation => {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { sub: name, exp, run, role } = claims;
    if (typeof name === 'string' && typeof run === 'string' && typeof exp === 'number' && isRole(role)) {
      return { name, run, role, expires: new Date(exp * 1000) };
    }
  } catch {
    // Said below.
  }
  throw new InvitationError('it is not what custody invite prints');
};
