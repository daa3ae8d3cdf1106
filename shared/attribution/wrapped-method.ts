/**
 * Options of a method that runs another one (`of`, `ofOptions`): SmoothGrad, XRAI.
 * The inner options are parsed by the inner method's own schema, so every default is written out. They may also
 * be given flat, beside the outer ones: `{ of: 'integrated-gradients', steps: 50, samples: 8 }`.
 */
import { z } from 'zod';
import type { Method } from './method.ts';
import { parseOptions } from './parse-options.ts';

type Json = z.core.util.JSONType;

export interface WrappedOptions {
  readonly of: string;
  readonly ofOptions: Record<string, Json>;
}

/** The fields `of` and `ofOptions`, for a strict object. */
export function wrappedFields(bases: readonly Method<unknown>[], fallback: string) {
  const names = bases.map(({ name }) => name);
  return {
    of: z.enum(names).default(fallback).describe('The method that is run inside.'),
    ofOptions: z.record(z.string(), z.json()).default({}).describe('Its options.'),
  };
}

export function baseNamed(bases: readonly Method<unknown>[], name: string): Method<unknown> {
  return bases.find((base) => base.name === name)!;
}

/** Options with what does not belong to the outer method moved to `ofOptions` (which wins where both say it). */
export function foldInnerOptions<O extends WrappedOptions>(own: readonly (keyof O & string)[], given: O): O {
  const entries = Object.entries(given) as [keyof O & string, Json][];
  const outer = Object.fromEntries(entries.filter(([name]) => own.includes(name)));
  const extra = Object.fromEntries(entries.filter(([name]) => !own.includes(name)));
  return { ...outer, ofOptions: { ...extra, ...given.ofOptions } } as O;
}

/** `ofOptions` with every default of the inner method. */
export function withInnerDefaults<O extends WrappedOptions>(bases: readonly Method<unknown>[], chosen: O): O {
  const inner = parseOptions(baseNamed(bases, chosen.of), chosen.ofOptions);
  return { ...chosen, ofOptions: inner as WrappedOptions['ofOptions'] };
}
