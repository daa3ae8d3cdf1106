import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { jsonSchemaFiles } from '../../../shared/manifest/json-schemas.ts';

it.each([...jsonSchemaFiles()])(
  '%s is what the contract says (npm run cxai -- schemas)',
  async (name, text) => {
    const path = new URL(`../../../shared/manifest/json-schema/${name}`, import.meta.url);
    expect(await readFile(path, 'utf8')).toBe(text);
  },
);
