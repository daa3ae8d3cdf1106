/** `cxai schemas`: writes the contracts as JSON Schema files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonSchemaFiles } from '../../shared/manifest/json-schemas.ts';
import type { Output } from './output.ts';

export async function schemasCommand(folder: string, output: Output): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of jsonSchemaFiles()) {
    const path = join(folder, name);
    await writeFile(path, text);
    output.result(`✓ ${path}`, { path });
  }
}
