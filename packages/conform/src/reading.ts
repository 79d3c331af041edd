import { type DriverName, domainNames, driverNamed, type OpenMachine } from '@custody/ownership';
import type { DeviceId, DomainId, DriverId, OwnerId } from '@custody/trace';
import { userNamed } from './calls.ts';
import type { DriverNames } from './driver-names.ts';
import { type People, somebody } from './people.ts';
import type { World } from './world.ts';

/** What the run says of a group's ownership just before its mutex is let go; null where it does not say. */
export interface Reading {
  readonly owner: OwnerId | null;
  readonly count: number | null;
  readonly domain: DomainId | null;
}

/** A group's ownership in a world, as the run would name it. */
export interface Ownership {
  readonly owner: string | null;
  readonly count: number;
  readonly domain: string;
}

/** How a group stands in a world in which nobody is inside a call. */
export interface Standing {
  readonly devices: readonly {
    readonly id: DeviceId;
    readonly driver: DriverName | null;
    readonly managed: boolean;
  }[];
  /** The user who owns it. */
  readonly owner: string | null;
  readonly domain: string;
  /** Claims of the DMA API that no driver has. */
  readonly leftOver: number;
}

/** Holds what a run read against worlds. */
export class Reader {
  private readonly open: OpenMachine;
  private readonly people: People;
  private readonly drivers: DriverNames;

  constructor(open: OpenMachine, people: People, drivers: DriverNames) {
    this.open = open;
    this.people = people;
    this.drivers = drivers;
  }

  canRead({ state }: World, { owner, count, domain }: Reading): boolean {
    const own = this.open.ownership(state);
    if (count !== null && (own.count !== count || !this.isOwner(own.owner, owner))) return false;
    return domain === null || isDomain(own, domain);
  }

  private isOwner(told: string | null, shown: OwnerId | null): boolean {
    if (told === null || shown === null || told === 'DMA_API') return told === shown;
    const user = this.people.knownUser(shown);
    if (user !== null) return told === userNamed(user);
    const unread = this.people.knownUser(somebody);
    if (unread !== null && told === userNamed(unread)) {
      this.people.recognise(shown);
      return true;
    }
    return this.drivers.isName(told) && this.drivers.nameOf(shown as string as DriverId) === told;
  }

  ownershipIn({ state }: World): Ownership {
    const { owner, count, domain } = this.open.ownership(state);
    return { owner: owner === null ? null : this.people.nameOf(owner), count, domain };
  }

  standingIn(world: World): Standing {
    const { owner, count, domain } = this.ownershipIn(world);
    const isUsers = owner !== null && owner !== 'DMA_API';
    return this.open.at(world.state, ({ views, knobs }) => {
      const holders = views.devices.filter(({ holds }) => holds).length;
      const claims = knobs.claimRecord === 'token' ? Number(owner === 'DMA_API' && holders === 0) : count - holders;
      return {
        devices: views.devices.map(({ id, driver, isManaged }) => ({
          id,
          driver: driverNamed(driver),
          managed: isManaged,
        })),
        owner: isUsers ? owner : null,
        domain,
        leftOver: isUsers ? 0 : Math.max(0, claims),
      };
    });
  }
}

/** An address is a domain that somebody attached: a user's, or a driver's own. */
const isDomain = ({ domain, isDefault }: ReturnType<OpenMachine['ownership']>, shown: DomainId): boolean => {
  if (shown === domain) return true;
  if (shown === 'default') return isDefault;
  const isAddress = !(domainNames as readonly string[]).includes(shown);
  return isAddress && !isDefault && (domain === 'user' || domain === 'own');
};
