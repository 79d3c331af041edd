import type { BindChances, ScriptedCall } from './scenario.ts';

const points = {
  pinctrl: 'pinctrl',
  firmware: 'the firmware set-up',
  sysfs: 'its sysfs links',
  probe: 'probe()',
  groups: 'its dev_groups',
} as const satisfies Readonly<Record<keyof BindChances, string>>;

/** Where the kernel may do something else than the usual, in words: ` (pinctrl may fail)`, or nothing. */
const chancesText = (call: BindChances & { readonly joins?: true }): string => {
  const said = (Object.keys(points) as (keyof BindChances)[])
    .filter((point) => call[point] !== 'ok')
    .map((point) => `${points[point]} ${call[point]}`);
  const all = call.joins === true ? ['the firmware set-up finds its group', ...said] : said;
  return all.length === 0 ? '' : ` (${all.join(', ')})`;
};

const routes = {
  sysfs: '',
  register: ', as its driver registers',
  autoprobe: ', by autoprobe',
  deferred: ', by the deferred probe worker',
  drivers_probe: ', by drivers_probe',
} as const;

/** A call of a script, in a few words. */
export const callText = (call: ScriptedCall): string => {
  switch (call.kind) {
    case 'bind':
      return `bind ${call.device} to ${call.drivers.join(' or ')}${routes[call.via]}${chancesText(call)}`;
    case 'unbind':
      return `unbind ${call.device}${call.from === null ? '' : ` from ${call.from}`}`;
    case 'add':
      return `add ${call.device}${call.drivers.length === 0 ? '' : `, which ${call.drivers.join(' and ')} match`}${chancesText(call)}`;
    case 'remove':
      return `remove ${call.device}`;
    case 'attach':
      return `attach a domain of ${call.device}'s own`;
    case 'detach':
      return `detach and free ${call.device}'s own domain`;
    case 'override':
      return call.driver === null
        ? `take back ${call.device}'s driver_override`
        : `set ${call.device}'s driver_override to ${call.driver}`;
    case 'unload':
      return `unload ${call.driver}`;
    case 'configure':
      return `the IOMMU core configures ${call.device}`;
    case 'store-type':
      return 'write the type of the group';
    case 'set-default':
      return 'the group gets its default domain';
    default:
      return `${call.kind} by ${call.owner} through ${call.device}`;
  }
};
