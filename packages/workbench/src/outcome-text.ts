import type { VariantReport } from '@custody/ownership';
import { ownerText } from '@custody/trace';

/** A way to end: what every call of every task came to, and what is left in the group. */
export const outcomeText = ({
  results,
  final: { owner, ownerCount, domain },
  bug,
}: VariantReport['outcomes'][number]): string => {
  const calls = Object.entries(results).map(([task, errnos]) => `${task} ${errnos.join(' ') || '-'}`);
  const end = bug ? 'BUG' : `owner ${ownerText({ owner, count: ownerCount })}, count ${ownerCount}, domain ${domain}`;
  return `${calls.join(', ')}; then ${end}`;
};
