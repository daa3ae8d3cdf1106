/**
 * Options of a method that runs another one (`of`, `ofOptions`): SmoothGrad, XRAI.
 * The inner options are parsed by the inner method's own schema, so every default is written out.
 */
import { z } from 'zod';
import type { Method } from './method.ts';
import { parseOptions } from './parse-options.ts';

export interface WrappedOptions {
  readonly of: string;
  readonly ofOptions: Record<string, z.core.util.JSONType>;
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

/** `ofOptions` with every default of the inner method. */
export function withInnerDefaults<O extends WrappedOptions>(bases: readonly Method<unknown>[], chosen: O): O {
  const inner = parseOptions(baseNamed(bases, chosen.of), chosen.ofOptions);
  return { ...chosen, ofOptions: inner as WrappedOptions['ofOptions'] };
}
