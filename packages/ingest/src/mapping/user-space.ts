import { errnoOf } from '../errno.ts';
import { markerText } from '../syntax/line.ts';
import { returned } from './driver-core.ts';
import type { Probe, Row } from './mapping.ts';

const about = ({ fields }: Probe): string | undefined => {
  const words = [fields.get('buf'), fields.get('drv')].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(' ');
};

const syscall = (nameOf: (probe: Probe) => string): Row => ({
  enter: (probe, scene) => {
    const call = nameOf(probe);
    const object = about(probe);
    scene.say({ type: 'SyscallEntered', data: { call, ...(object !== undefined && { about: object }) } });
    return { call };
  },
  leave: (probe, scene, { call }) => {
    if (call === undefined) return;
    scene.say({ type: 'SyscallReturned', data: { call, errno: errnoOf(returned(probe)) } });
  },
});

/** include/uapi/linux/vfio.h: _IO(';', 100 + n). */
const vfioIoctls: Readonly<Record<string, string>> = {
  '0x3b64': 'VFIO_GET_API_VERSION',
  '0x3b65': 'VFIO_CHECK_EXTENSION',
  '0x3b66': 'VFIO_SET_IOMMU',
  '0x3b67': 'VFIO_GROUP_GET_STATUS',
  '0x3b68': 'VFIO_GROUP_SET_CONTAINER',
  '0x3b69': 'VFIO_GROUP_UNSET_CONTAINER',
  '0x3b6a': 'VFIO_GROUP_GET_DEVICE_FD',
};

const ioctl = syscall(({ fields }) => {
  const cmd = fields.get('cmd') ?? '?';
  return `ioctl ${vfioIoctls[cmd] ?? cmd}`;
});

const marker: Row = {
  enter: ({ record: { fields } }, scene) => {
    const text = markerText(fields);
    scene.say({ type: 'MarkerWritten', data: { text } });
    if (text.startsWith('SCN end')) scene.say({ type: 'RecordingEnded', data: { how: 'marker' } });
    return undefined;
  },
};

/** Where user space comes in: sysfs writes, and the group and container files of VFIO. */
export const userSpace: Readonly<Record<string, Row>> = {
  bind_store: syscall(() => 'write bind'),
  unbind_store: syscall(() => 'write unbind'),
  vfio_group_fops_open: syscall(() => 'open /dev/vfio/GROUP'),
  vfio_group_fops_release: syscall(() => 'close /dev/vfio/GROUP'),
  vfio_group_fops_unl_ioctl: ioctl,
  vfio_fops_open: syscall(() => 'open /dev/vfio/vfio'),
  vfio_fops_release: syscall(() => 'close /dev/vfio/vfio'),
  vfio_fops_unl_ioctl: ioctl,
  tracing_mark_write: marker,
  // trace-cmd report calls the marker's event `print`.
  print: marker,
};
