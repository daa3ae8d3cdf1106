import { describe, expect, it } from 'vitest';
import { methodNames, planMethods } from '../../../shared/pipeline/plan-methods.ts';

const rule = { gpu: true, gpuAbove: 1e9 };

describe('planned methods', () => {
  it('have every option filled in and the seed where random numbers are drawn', () => {
    const [gradients, smoothgrad] = planMethods([{ method: 'gradients' }, { method: 'smoothgrad' }], {
      seed: 7,
      forwardFlops: 0,
      rule,
    });
    expect(gradients).toEqual({ method: 'gradients', options: {}, lane: 'cpu' });
    expect(smoothgrad!.options).toMatchObject({ samples: 25, spread: 0.15, seed: 7 });
  });

  it('take the gpu lane above the cost limit, counting a gradient as three forward passes', () => {
    const lanes = (forwardFlops: number, gpu = true) =>
      planMethods([{ method: 'gradients' }, { method: 'smoothgrad', options: { samples: 10 } }], {
        seed: 0,
        forwardFlops,
        rule: { ...rule, gpu },
      }).map(({ lane }) => lane);
    expect(lanes(3.3e7)).toEqual(['cpu', 'cpu']);
    expect(lanes(3.4e7)).toEqual(['cpu', 'gpu']);
    expect(lanes(3.4e8)).toEqual(['gpu', 'gpu']);
    expect(lanes(3.4e8, false)).toEqual(['cpu', 'cpu']);
  });

  it('cost occlusion as many passes as the model’s input has windows', () => {
    const lane = (extent?: { height: number; width: number }) =>
      planMethods([{ method: 'occlusion' }], {
        seed: 0,
        forwardFlops: 1e6,
        rule,
        ...(extent && { extent }),
      })[0]!.lane;
    expect(lane()).toBe('gpu');
    expect(lane({ height: 28, width: 28 })).toBe('cpu');
  });

  it('refuse an unknown method and a bad option by name', () => {
    const planned =
      (method: string, options = {}) =>
      () =>
        planMethods([{ method, options }], { seed: 0, forwardFlops: 0, rule });
    expect(planned('magic')).toThrow(expect.objectContaining({ code: 'method-unknown' }));
    expect(planned('smoothgrad', { samples: -1 })).toThrow(/samples/);
  });
});

describe('names of methods as they are asked for', () => {
  it('count once, and are known ones, also beside all', () => {
    expect(methodNames(['lime', 'gradients', 'lime'])).toEqual(['lime', 'gradients']);
    expect(methodNames(['all', 'lime'])).toContain('xrai');
    expect(() => methodNames(['nope', 'all'])).toThrow('got nope');
  });
});
