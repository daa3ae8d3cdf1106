/** Methods of a plan as a setting names them, comma separated, `all` for every one: what ingest would refuse is refused here. */
import { z } from 'zod';
import { methods } from '../../shared/attribution/registry.ts';

const known: readonly string[] = ['all', ...methods.map(({ name }) => name)];

const strangers = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !known.includes(name));

export const methodList = z.string().refine((list) => strangers(list).length === 0, {
  error: ({ input }) =>
    `expected some of ${known.join(', ')}, got ${strangers(String(input))
      .map((name) => `'${name}'`)
      .join(', ')}`,
});
