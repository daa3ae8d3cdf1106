/** Options from outside (CLI, plan, site) checked against a method's schema. */
import { PermanentFault } from '../errors.ts';
import type { Method } from './method.ts';

/**
 * The options with every default written out. Throws PermanentFault (`option-invalid`) that names each wrong
 * option, what was expected and the value given.
 */
export function parseOptions<O>(method: Pick<Method<O>, 'name' | 'options'>, raw: unknown): O {
  const parsed = method.options.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  const offenders = parsed.error.issues.map((issue) => {
    const value = issue.path.reduce<unknown>(
      (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
      raw,
    );
    const got = issue.code === 'unrecognized_keys' ? '' : ` (got ${JSON.stringify(value) ?? 'undefined'})`;
    return `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}${got}`;
  });
  throw new PermanentFault(`${method.name}: invalid options: ${offenders.join('; ')}`, {
    code: 'option-invalid',
    remedy: `Options are the ones in the card of ${method.name}.`,
    details: { method: method.name },
  });
}
