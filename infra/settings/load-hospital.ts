/** Reads `infra/hospitals/<id>.ts`, chosen with `cdk … -c hospital=<id>`. */
import { readdir } from 'node:fs/promises';
import { PermanentFault } from '../../shared/errors.ts';
import { type HospitalSettings, parseHospitalSettings } from './hospital-settings.ts';

const folder = new URL('../hospitals/', import.meta.url);

export async function hospitalIds(): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

/** Throws PermanentFault where there is no such file, its settings are wrong or it names another id. */
export async function loadHospital(id: unknown): Promise<HospitalSettings> {
  const known = await hospitalIds();
  if (typeof id !== 'string' || !known.includes(id)) {
    throw new PermanentFault(
      `hospital: expected one of ${known.join(', ')}, got ${typeof id === 'string' ? `'${id}'` : 'none'}`,
      {
        code: 'hospital-unknown',
        remedy: 'Say which with -c hospital=<id>; a new one starts as a copy of infra/hospitals/example.ts.',
      },
    );
  }
  const where = `infra/hospitals/${id}.ts`;
  const module = (await import(new URL(`${id}.ts`, folder).href)) as { readonly hospital?: unknown };
  const settings = parseHospitalSettings(module.hospital, where);
  if (settings.id === id) return settings;
  throw new PermanentFault(`${where}: expected id '${id}', got '${settings.id}'`, {
    code: 'hospital-settings-invalid',
    remedy: 'Name the file after the id in it.',
  });
}
