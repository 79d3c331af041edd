import type { BundleError } from './errors.ts';
import type { Label } from './label.ts';
import type { Batch, Parcel } from './parcel.ts';

/**
 * A parcel whose label is read now, and the rest when it is asked for.
 *
 * @param contents - everything in the file from its beginning, the label first.
 * @param changed - what to throw where the label is another when the file is read again.
 */
export const reopened = async (
  contents: () => AsyncGenerator<Label | Batch, void>,
  changed: () => BundleError,
): Promise<Parcel> => {
  const opening = contents();
  const first = await opening.next();
  await opening.return();
  const label = first.value as Label;
  async function* read(): AsyncGenerator<Batch, void> {
    for await (const item of contents()) {
      if ('of' in item) yield item;
      else if (JSON.stringify(item) !== JSON.stringify(label)) throw changed();
    }
  }
  return { ...label, read };
};
