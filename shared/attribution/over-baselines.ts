/**
 * Several baselines averaged: the mean of a method's maps over a list of baselines, so that no single "nothing"
 * decides which pixels are blind spots (Sturmfels, Lundberg & Lee 2020, "Visualizing the impact of feature
 * attribution baselines", Distill). The mean of complete maps is complete for the mean difference.
 */
import { z } from 'zod';
import { type BaselineOption, baselineListSchema, baselineSchema } from './baseline.ts';
import type { Attribution, Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

interface OneBaseline {
  readonly baseline: BaselineOption;
}

/** Options of a method whose `baseline` may also be a list. */
export type ManyBaselines<O extends OneBaseline> = Omit<O, 'baseline'> & {
  readonly baseline: BaselineOption | readonly BaselineOption[];
};

/** The method with `baseline` also as a list of 1 to 16; `method.options` is a strict object with `baseline`. */
export function overBaselines<O extends OneBaseline>(method: Method<O>): Method<ManyBaselines<O>> {
  const one = (options: ManyBaselines<O>, baseline: BaselineOption): O =>
    ({ ...options, baseline }) as unknown as O;
  const listOf = ({ baseline }: ManyBaselines<O>): readonly BaselineOption[] =>
    Array.isArray(baseline) ? baseline : [baseline as BaselineOption];
  const cost: Method<ManyBaselines<O>>['cost'] = (options, extent) => {
    const list = listOf(options);
    const { gradients, forwards } = method.cost(one(options, list[0]!), extent);
    return { gradients: list.length * gradients, forwards: list.length * forwards };
  };
  return {
    ...method,
    options: optionsOf(method),
    cost,
    async attribute(model, input, context, options) {
      const list = listOf(options);
      // A baseline given as an array overrides the option, however long its list.
      if (list.length === 1 || context.baseline) {
        return method.attribute(model, input, context, one(options, list[0]!));
      }
      const calls = new ModelCalls(method.name, model, input, context, cost(options));
      const found: Attribution[] = [];
      for (const baseline of list) {
        found.push(await calls.nested(method, model, input, context, one(options, baseline)));
      }
      return meanOf(calls, found);
    },
  };
}

function optionsOf<O extends OneBaseline>(method: Method<O>): z.ZodType<ManyBaselines<O>> {
  const single = method.options as unknown as z.ZodObject;
  const description = `${baselineSchema.description} Several in a list: the mean of their maps.`;
  const baseline = z
    .union([...baselineSchema.unwrap().options, baselineListSchema], {
      error: () => 'expected a number, a name or a list of 1 to 16 of these',
    })
    .default(0)
    .describe(description);
  return single.extend({ baseline }) as unknown as z.ZodType<ManyBaselines<O>>;
}

function meanOf(calls: ModelCalls, found: readonly Attribution[]): Attribution {
  const { shape } = found[0]!.map;
  const mean = new Float64Array(found[0]!.map.data.length);
  for (const { map } of found) {
    for (let i = 0; i < mean.length; i++) mean[i]! += map.data[i]! / found.length;
  }
  const differences = found.flatMap(({ completeness }) => (completeness ? [completeness.expected] : []));
  if (differences.length === 0) return calls.finish(mean, shape);
  const expected = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const gap = Math.abs(mean.reduce((sum, value) => sum + value, 0) - expected);
  return calls.finish(mean, shape, { completeness: { gap, expected } });
}
