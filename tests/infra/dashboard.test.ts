/** The dashboard asks for the metrics that the functions write, under the dimensions they have. */
import { describe, expect, it, vi } from 'vitest';
import { recordMethod } from '../../functions/common/metrics.ts';
import { synthesize } from './support/synthesize.ts';
import { ofType } from './support/templates.ts';

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
function written(): Emf[] {
  const lines: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(...String(text).trim().split('\n'));
    return true;
  });
  recordMethod({ method: 'gradients', outcome: 'complete', milliseconds: 5, queueMilliseconds: 3 });
  out.mockRestore();
  return lines.map((line) => JSON.parse(line));
}

describe('the dashboard', () => {
  const [dashboard] = ofType(synthesize().templates, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard!.properties.DashboardBody);

  it('searches the metrics of every method by the names and dimensions they are written with', () => {
    const emf = written().flatMap(({ _aws }) => _aws.CloudWatchMetrics);
    expect(emf.map(({ Metrics }) => Metrics[0]!.Name).sort()).toEqual(['MethodDuration', 'QueueAge']);
    for (const { Namespace, Dimensions, Metrics } of emf) {
      const schema = `{${[Namespace, ...[...Dimensions[0]!].sort()].join(',')}}`;
      expect(body).toContain(`SEARCH('${schema} MetricName=`);
      expect(body).toContain(Metrics[0]!.Name);
    }
  });

  it('estimates what explaining costs', () => {
    expect(body).toMatch(/milliseconds \* 0\.0000000863\d+ \+ calls \* 0\.000000200000/);
  });
});
