import {
  type DomainId,
  type DriverId,
  dmaApiOwner,
  domainId,
  driverId,
  type OwnerId,
  ownerId,
  type TaskId,
  taskId,
} from '@custody/trace';
import { dmaApi, domainNames, errnoNames, firstCookie, nobody } from './codes.ts';
import { driverNamed, type Views } from './views.ts';

/** Codes as the trace names them. */

export const taskNamed = (task: number): TaskId => taskId(`T${task}`);

export const ownerNamed = ({ users }: Pick<Views, 'users'>, code: number): OwnerId | null => {
  if (code === nobody) return null;
  if (code === dmaApi) return dmaApiOwner;
  const index = code - firstCookie;
  return ownerId(users[index]?.name ?? driverNamed(index - users.length + 1) ?? `cookie ${code}`);
};

export const domainNamed = (code: number): DomainId => domainId(domainNames[code] ?? `domain ${code}`);

export const driverIdOf = (code: number): DriverId | null => {
  const name = driverNamed(code);
  return name === null ? null : driverId(name);
};

export const errnoNamed = (code: number): string => errnoNames[code] ?? `errno ${code}`;
