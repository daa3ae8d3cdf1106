/** A search -> the configurations it names: every combination of a grid, a list, or seeded random draws. */
import { type UniformSource, xoshiro } from '../attribution/noise/xoshiro.ts';
import { PermanentFault } from '../errors.ts';
import { type Configuration, configurationSchema, type Search } from '../manifest/study.ts';
import { canonicalJson } from '../pipeline/canonical-json.ts';

type Values = Readonly<Record<string, unknown>>;

/** Each configuration once, in the order of the search. Throws PermanentFault `study-configuration` for a bad value. */
export function expandSearch(search: Search): Configuration[] {
  const drafts = draftsOf(search);
  const known = new Map<string, Configuration>();
  for (const draft of drafts) {
    const configuration = parsed(draft);
    known.set(canonicalJson(configuration), configuration);
  }
  return [...known.values()];
}

function draftsOf(search: Search): Values[] {
  switch (search.kind) {
    case 'grid':
      return combinations(search.over).map((values) => ({ ...search.fixed, ...values }));
    case 'list':
      return search.configurations;
    case 'random': {
      const random = xoshiro(search.seed);
      return Array.from({ length: search.count }, () => ({
        ...search.fixed,
        ...Object.fromEntries(Object.entries(search.over).map(([name, from]) => [name, draw(from, random)])),
      }));
    }
  }
  search satisfies never;
}

/** The first name changes slowest. */
function combinations(over: Readonly<Record<string, readonly unknown[] | undefined>>): Values[] {
  return Object.entries(over).reduce<Values[]>(
    (all, [name, values]) =>
      all.flatMap((known) => (values ?? []).map((value) => ({ ...known, [name]: value }))),
    [{}],
  );
}

type Drawn = (Search & { kind: 'random' })['over'][keyof Configuration];

function draw(from: Drawn, random: UniformSource): unknown {
  if (from === undefined) return undefined;
  if (Array.isArray(from)) return from[random.below(from.length)];
  const { low, high, scale } = from;
  const share = random.uniform();
  if (scale === 'log') return low * (high / low) ** share;
  if (scale === 'integer') return Math.min(high, low + Math.floor(share * (high - low + 1)));
  return low + share * (high - low);
}

function parsed(draft: Values): Configuration {
  const result = configurationSchema.safeParse(draft);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new PermanentFault(`study: expected a configuration of the family, got ${where}`, {
    code: 'study-configuration',
    remedy: 'Correct the value in search.',
  });
}
