import { ownerText, type World } from '@custody/trace';

const or = (value: string | number | null, otherwise: string): string => (value === null ? otherwise : String(value));

/** The world as a person reads it: groups with their devices, then locks, then tasks inside calls. */
export const worldLines = (world: World): string[] => {
  const groups = Object.entries(world.groups).flatMap(([id, { devices, owner, ownerCount, domain }]) => [
    `group ${id}: owner ${ownerText({ owner, count: ownerCount })}, count ${or(ownerCount, '?')}, domain ${or(domain, '?')}`,
    ...devices.map((device) => {
      const state = world.devices[device];
      if (!state) return `  ${device}`;
      const managed = state.driver !== null && state.managed ? ' (manages its own DMA)' : '';
      return `  ${device}  ${or(state.driver, '-')}${managed}  ${state.phase}`;
    }),
  ]);
  const locks = Object.entries(world.locks).map(([id, { holders, waiters }]) => {
    const held = holders.length === 0 ? 'free' : `held by ${holders.join(' AND ')}`;
    return `lock ${id}: ${held}${waiters.length > 0 ? `, waited for by ${waiters.join(', ')}` : ''}`;
  });
  const tasks = Object.entries(world.tasks).map(([id, { calls }]) => {
    const inside = calls.map(({ op, group, device }) => `${op}(${device ?? (group === null ? '' : `group ${group}`)})`);
    return `task ${id}: in ${inside.join(' > ')}`;
  });
  const lost = world.lost > 0 ? [`${world.lost} events are missing before here: this may be wrong`] : [];
  return [...groups, ...locks, ...tasks, ...lost, ...world.bugs.map((bug) => `BUG: ${bug}`)];
};
