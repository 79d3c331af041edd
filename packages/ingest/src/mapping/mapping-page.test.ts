import { expect, it } from 'vitest';
import { mappingPage } from './mapping-page.testing.ts';

it('docs/mapping.md says what the tables say; if not: npm run docs', async () => {
  await expect(mappingPage()).toMatchFileSnapshot('../../../../docs/mapping.md');
});
