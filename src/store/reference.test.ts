import { expect, it } from 'vitest';
import { tablesPage } from './reference.js';

it('docs/reference/tables.md says what the definitions say (write it again with: npx vitest run src/store -u)', async () => {
  await expect(tablesPage()).toMatchFileSnapshot('../../docs/reference/tables.md');
});
