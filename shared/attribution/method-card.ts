/**
 * The card of a method as plain data, for people: what it computes, what a value means, what it costs, where it
 * is weak, and its parameters, read from the option schema so that card and check cannot differ.
 */
import { z } from 'zod';
import type { Method, MethodNotes } from './method.ts';
import { parseOptions } from './parse-options.ts';

export interface MethodParameter {
  readonly name: string;
  readonly description: string;
  /** `number`, `integer`, `string`, `boolean`, `object`; several where it takes several. */
  readonly types: readonly string[];
  readonly default: unknown;
  /** Allowed names, where there are such. */
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** True where `least` itself is not allowed. */
  readonly leastExcluded?: boolean;
}

export interface MethodCard extends MethodNotes {
  readonly name: string;
  readonly title: string;
  readonly citation: string;
  readonly unit: string;
  readonly signed: boolean;
  /** Single-image passes with the default options, on 224×224. */
  readonly cost: { readonly gradients: number; readonly forwards: number };
  readonly parameters: readonly MethodParameter[];
  /** Options that repeat the published reference to the digit, where there is one. */
  readonly reference?: Method<unknown>['reference'];
}

export function methodCard(method: Method<unknown>): MethodCard {
  const { name, title, citation, unit, signed, notes, reference } = method;
  const schema = z.toJSONSchema(method.options, { io: 'input' }) as JsonSchema;
  const parameters = Object.entries(schema.properties ?? {}).map(([option, field]) =>
    parameterOf(option, field),
  );
  const cost = method.cost(parseOptions(method, {}));
  return { name, title, citation, unit, signed, ...notes, cost, parameters, ...(reference && { reference }) };
}

/** The part of JSON Schema that option schemas use. */
interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

function parameterOf(name: string, field: JsonSchema): MethodParameter {
  const variants = field.anyOf ?? [field];
  const choices = variants.flatMap((variant) => variant.enum ?? []);
  const least = field.exclusiveMinimum ?? bound(field.minimum);
  const most = bound(field.maximum);
  return {
    name,
    description: field.description ?? '',
    types: variants.flatMap((variant) => variant.type ?? []),
    default: field.default,
    ...(choices.length > 0 && { choices }),
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
    ...(field.exclusiveMinimum !== undefined && { leastExcluded: true }),
  };
}

/** No bound where it is only that of exact whole numbers. */
function bound(limit: number | undefined): number | undefined {
  return limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit;
}
