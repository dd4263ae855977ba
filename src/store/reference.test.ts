import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tablesPage } from './reference.js';

it('docs/reference/tables.md says what the definitions say', () => {
  const page = readFileSync(new URL('../../docs/reference/tables.md', import.meta.url), 'utf8');
  expect(page).toBe(tablesPage());
});
