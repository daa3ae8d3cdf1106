/** The dashboard asks for the metrics that the functions write, under the dimensions they have. */
import { describe, expect, it, vi } from 'vitest';
import type { MethodMeasurement } from '../../functions/common/metrics.ts';
import { alarms } from '../../infra/cost-model.ts';
import { synthesize } from './support/synthesize.ts';
import { ofType } from './support/templates.ts';

process.env.POWERTOOLS_METRICS_NAMESPACE = 'CXAI/example';
const { recordMethod } = await import('../../functions/common/metrics.ts');

interface Emf {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** What one method writes to its log. */
function written(changes: Partial<MethodMeasurement> = {}): Emf[] {
  const lines: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(...String(text).trim().split('\n'));
    return true;
  });
  const measured = {
    method: 'gradients',
    outcome: 'complete',
    milliseconds: 1800,
    queueMilliseconds: 3,
  } as const;
  recordMethod({ ...measured, gradients: 25, device: 'cuda', hourlyUsd: 2, ...changes });
  out.mockRestore();
  return lines.map((line) => JSON.parse(line));
}

describe('the dashboard', () => {
  const { templates } = synthesize();
  const [dashboard] = ofType(templates, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard!.properties.DashboardBody);

  it('searches the metrics of every method by the names and dimensions they are written with', () => {
    const emf = written().flatMap(({ _aws }) => _aws.CloudWatchMetrics);
    const names = emf.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
    expect(names.sort()).toEqual(['EstimatedUsd', 'GpuSeconds', 'Gradients', 'MethodDuration', 'QueueAge']);
    for (const { Namespace, Dimensions, Metrics } of emf) {
      const schema = [`[\\\\"]+${Namespace}[\\\\"]+`, ...[...Dimensions[0]!].sort()].join(',');
      for (const { Name } of Metrics) {
        expect(body).toMatch(new RegExp(`SEARCH\\('{${schema}} MetricName=[\\\\"]+${Name}[\\\\"]+ `));
      }
    }
  });

  it('is told gradients, GPU seconds and dollars of a method, and nothing where none were spent', () => {
    expect(written()).toContainEqual(
      expect.objectContaining({ Gradients: 25, GpuSeconds: 1.8, EstimatedUsd: 0.001 }),
    );
    const onCpu = written({ device: 'cpu', gradients: undefined, hourlyUsd: undefined, outcome: 'failed' });
    expect(onCpu.flatMap((line) => Object.keys(line))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Gradients|GpuSeconds|EstimatedUsd/)]),
    );
  });

  it('stands beside as many alarms as the cost model counts', () => {
    expect(ofType(templates, 'AWS::CloudWatch::Alarm')).toHaveLength(alarms);
  });

  it('estimates what explaining costs', () => {
    expect(body).toMatch(/milliseconds \* 0\.0000000863\d+ \+ calls \* 0\.000000200000/);
  });
});
