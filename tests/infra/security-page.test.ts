/** The page for a security officer says what the code does. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { accessTable, acknowledgementTable } from '../../infra/security-tables.ts';

it.each([
  ['who may read and write what', accessTable],
  ['every accepted finding with its reason', acknowledgementTable],
])('infra/SECURITY.md lists %s, as the code has it', async (_, table) => {
  const page = await readFile(new URL('../../infra/SECURITY.md', import.meta.url), 'utf8');
  expect(page).toContain(table());
});
