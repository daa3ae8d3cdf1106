import { describe, expect, it } from 'vitest';
import { chooseRunner } from '../../../functions/common/choose-runner.ts';
import { operatorsOnCpu } from '../../../functions/common/nodes-off-device.ts';

describe('choosing what computes', () => {
  it('takes the CPU when it is asked for', async () => {
    expect((await chooseRunner('cpu', { threads: 1 })).device).toBe('cpu');
  });

  it('gives CUDA where there is one, and names what there is where there is none', async () => {
    const chosen = await chooseRunner('cuda', { threads: 1 }).catch((error: unknown) => error);
    if (chosen instanceof Error)
      expect(chosen.message).toMatch(/expected a device of this machine \(cpu.*got cuda/);
    else expect(chosen).toMatchObject({ device: 'cuda' });
  });

  it('reads from the engine’s profile what ran on the CPU', () => {
    const node = (op_name: string, provider: string) => ({ cat: 'Node', args: { op_name, provider } });
    const events = [
      { cat: 'Session' },
      node('Conv', 'WebGpuExecutionProvider'),
      node('MaxUnpool', 'CPUExecutionProvider'),
      node('MaxUnpool', 'CPUExecutionProvider'),
      node('Erf', 'CPUExecutionProvider'),
    ];
    expect(operatorsOnCpu(events)).toEqual(['Erf', 'MaxUnpool ×2']);
  });
});
