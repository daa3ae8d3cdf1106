/** Every method against PAIR saliency 0.2.1 on F(x) = Σ w sin 3x, where the gradient is exact. */
import { describe, expect, test } from 'vitest';
import type { Attribution, AttributionContext } from '../../../shared/attribution/method.ts';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { meanOverCopies } from '../../../shared/attribution/smoothgrad.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, sineSum } from '../../unit/attribution/closed-form.ts';
import { golden, goldenMissing, relativeL2, report } from './golden.ts';

interface Case {
  readonly expected: string;
  readonly method: string;
  readonly options: Record<string, unknown>;
  /** Array with the baseline; none: zero. */
  readonly baseline?: string;
  readonly bound?: number;
}

const guided = (steps: number, fraction = 0.25, maxDistance = 0.02) => ({ steps, fraction, maxDistance });

const cases: Case[] = [
  { expected: 'gradient', method: 'gradients', options: {} },
  {
    expected: 'ig_25',
    method: 'integrated-gradients',
    options: { steps: 25, quadrature: 'reference' },
    baseline: 'baseline',
    bound: 1e-5,
  },
  { expected: 'guided_200', method: 'guided-ig', options: guided(200), baseline: 'baseline' },
  { expected: 'guided_50_f10_d10', method: 'guided-ig', options: guided(50, 0.1, 0.1), baseline: 'baseline' },
  // The name does not say the fraction: ½ is the one that reproduces it; d1 is an unbounded path.
  { expected: 'guided_20_d1', method: 'guided-ig', options: guided(20, 0.5, 1), baseline: 'baseline' },
  {
    expected: 'guided_30_partial_baseline',
    method: 'guided-ig',
    options: guided(30),
    baseline: 'baseline_partial',
  },
  { expected: 'guided_30_same_baseline', method: 'guided-ig', options: guided(30), baseline: 'x' },
  { expected: 'blur_40_s12', method: 'blur-ig', options: { steps: 40, maxSigma: 12 } },
  {
    expected: 'blur_40_s12_sqrt',
    method: 'blur-ig',
    options: { steps: 40, maxSigma: 12, spacing: 'sqrt' },
  },
];

describe.skipIf(goldenMissing).each(['closed/gray16', 'closed/rgb24x20'])('%s', (folder) => {
  const read = (name: string) => golden(folder, name);

  function setUp() {
    const x = read('x');
    return { model: closedForm(sineSum(read('w').data), x.shape), input: tensor(x.data, x.shape) };
  }

  function judge(name: string, found: Attribution, bound: number): void {
    const error = relativeL2(found.map, read(`expect_${name}`));
    report(`${folder}/${name}`, error, `rel L2 <= ${bound}`);
    expect(error).toBeLessThanOrEqual(bound);
  }

  test.each(cases)('$method gives $expected', async ({ expected, method, options, baseline, bound }) => {
    const { model, input } = setUp();
    const context: AttributionContext = { target: 0, ...(baseline && { baseline: read(baseline) }) };
    const chosen = methodNamed(method);
    judge(
      expected,
      await chosen.attribute(model, input, context, parseOptions(chosen, options)),
      bound ?? 1e-6,
    );
  });

  test.each([
    { expected: 'smooth_ig_25_n8_squared', of: 'integrated-gradients', magnitude: true, bound: 1e-5 },
    { expected: 'smooth_grad_n8_signed', of: 'gradients', magnitude: false, bound: 1e-6 },
  ])('SmoothGrad over $of with the recorded noise gives $expected', async (wanted) => {
    const { model, input } = setUp();
    const noise = read('noise').data;
    const inner = methodNamed(wanted.of);
    const found = await meanOverCopies({
      model,
      input,
      context: { target: 0, baseline: read('baseline') },
      inner,
      ofOptions: parseOptions(inner, wanted.of === 'gradients' ? {} : { steps: 25, quadrature: 'reference' }),
      samples: 8,
      magnitude: wanted.magnitude,
      noisy: (sample) =>
        tensor(
          input.data.map((value, i) => value + noise[sample * input.data.length + i]!) as Float64Array,
          input.shape,
        ),
    });
    judge(wanted.expected, found, wanted.bound);
  });
});
