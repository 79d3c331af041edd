import type { LockId } from '@custody/trace';

interface LockWords {
  readonly taken: string;
  readonly dropped: string;
}

const mutex = (what: string): LockWords => ({ taken: `mutex_lock(&${what})`, dropped: `mutex_unlock(&${what})` });

/** How the kernel writes that a lock is taken and dropped. */
export const lockWords = (lock: LockId): LockWords => {
  const [kind = '', id = ''] = lock.split(/:(.*)/s);
  switch (kind) {
    case 'device':
      return { taken: `device_lock(${id})`, dropped: `device_unlock(${id})` };
    case 'group':
      return mutex('group->mutex');
    case 'vfio-group':
      return mutex('vfio_group->group_lock');
    case 'vfio-container':
      return { taken: 'down_write(&container->group_lock)', dropped: 'up_write(&container->group_lock)' };
    case 'iommu-probe':
      return mutex('iommu_probe_device_lock');
    default:
      return { taken: `takes ${lock}`, dropped: `drops ${lock}` };
  }
};
