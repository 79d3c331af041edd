import { errnoOf } from '../errno.ts';
import { markerText } from '../syntax/line.ts';
import { type Meaning, type Probe, returned } from './meaning.ts';

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

const callOf = ({ as, fields }: Probe): string => {
  if (as !== 'ioctl') return as;
  const cmd = fields.get('cmd') ?? '?';
  return `ioctl ${vfioIoctls[cmd] ?? cmd}`;
};

const about = ({ fields }: Probe): string | undefined => {
  const words = [fields.get('buf'), fields.get('drv')].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(' ');
};

/** Where user space comes in: sysfs writes, and the group and container files of VFIO. */
export const userSpaceMeanings = {
  SyscallEntered: {
    says: 'user space asked',
    tell: (probe, scene) => {
      const call = callOf(probe);
      const what = about(probe);
      scene.say({ type: 'SyscallEntered', data: { call, ...(what !== undefined && { about: what }) } });
      return { call };
    },
  },
  SyscallReturned: {
    says: 'user space has its answer, and the task holds no mutex',
    tell: (probe, scene) => {
      const { call } = probe.told;
      if (call !== undefined) scene.say({ type: 'SyscallReturned', data: { call, errno: errnoOf(returned(probe)) } });
      return undefined;
    },
  },
  MarkerWritten: {
    says: 'somebody wrote to trace_marker',
    tell: ({ record: { fields } }, scene) => {
      const text = markerText(fields);
      scene.say({ type: 'MarkerWritten', data: { text } });
      if (text.startsWith('SCN end')) scene.say({ type: 'RecordingEnded', data: { how: 'marker' } });
      return undefined;
    },
  },
} satisfies Readonly<Record<string, Meaning>>;
