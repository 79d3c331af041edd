import { ownerId } from '@custody/trace';
import { errnoOf } from '../errno.ts';
import { type Meaning, operationOf, returned } from './meaning.ts';

/** A function that is one operation of the protocol. */
const callEntered: Meaning = {
  says: 'a call of the protocol began',
  tell: (probe, scene) => {
    const group = scene.book.group(probe.fields);
    const device = scene.book.device(probe.fields);
    const cookie = probe.fields.get('newowner');
    scene.say({
      type: 'CallEntered',
      data: {
        op: operationOf(probe),
        group,
        ...(device && { device }),
        ...(cookie !== undefined && { owner: ownerId(cookie) }),
      },
    });
    return { group, device };
  },
};

/** Without `ret=` it cannot fail. */
const callReturned: Meaning = {
  says: 'the call returned',
  tell: (probe, scene) => {
    const { group = null, device } = probe.told;
    const errno = errnoOf(returned(probe));
    scene.say({ type: 'CallReturned', data: { op: operationOf(probe), group, ...(device && { device }), errno } });
    return undefined;
  },
};

const siblingSeen: Meaning = {
  says: 'a release hook read a sibling’s dev->driver, and kept the group for it or passed on',
  tell: (probe, scene) => {
    const { device, driver } = probe.told;
    if (!device) return undefined;
    const keeps = returned(probe) !== 0;
    scene.say({ type: 'SiblingSeen', data: { device, ...(driver !== undefined && { driver }), keeps } });
    return undefined;
  },
};

export const ownershipMeanings = {
  CallEntered: callEntered,
  CallReturned: callReturned,
  SiblingSeen: siblingSeen,
  OwnerNamed: {
    says: 'nothing: whose cookie it is',
    tell: ({ fields }, scene) => {
      scene.book.learnOwner(fields);
      return undefined;
    },
  },
} satisfies Readonly<Record<string, Meaning>>;
