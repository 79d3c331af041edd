/** Names for cookies: opaque, so that only "the same as before" and "another one" are left of an address. */
export interface CookieNames {
  /** `O1`, `O2` … in order of first appearance; null and `default`-like names stay what they are. */
  readonly owner: (holder: string, cookie: string | null) => string;
  readonly domain: (holder: string, domain: string) => string;
  /** The holder is nobody's again: addresses seen from here on start anew, as the kernel reuses freed memory. */
  readonly ownerGone: (holder: string) => void;
  readonly domainGone: (holder: string) => void;
}

const isAddress = (cookie: string): boolean => /^(0x)?[0-9a-f]{8,16}$/i.test(cookie);

const nameIn = (names: Map<string, string>, prefix: string, cookie: string): string => {
  const known = names.get(cookie);
  if (known !== undefined) return known;
  const name = `${prefix}${names.size + 1}`;
  names.set(cookie, name);
  return name;
};

/**
 * The names of one run. Symbolic owners (a simulation's) are names already; addresses get one per
 * tenure of the group or device that holds them, because an address given out again is not the same owner, and so
 * that one more claim does not rename every later one.
 */
export const cookieNames = (): CookieNames => {
  const owners = new Map<string, Map<string, string>>();
  const domains = new Map<string, Map<string, string>>();
  const within = (of: Map<string, Map<string, string>>, holder: string): Map<string, string> => {
    const names = of.get(holder) ?? new Map<string, string>();
    of.set(holder, names);
    return names;
  };
  return {
    owner: (holder, cookie) => {
      if (cookie === null) return '-';
      return isAddress(cookie) ? nameIn(within(owners, holder), 'O', cookie) : cookie;
    },
    domain: (holder, domain) => (isAddress(domain) ? nameIn(within(domains, holder), 'D', domain) : domain),
    ownerGone: (holder) => owners.delete(holder),
    domainGone: (holder) => domains.delete(holder),
  };
};
