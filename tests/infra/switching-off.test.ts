/**
 * A gpu lane and a study can be switched off again: the stacks that stay are deployed first, and CloudFormation lets
 * none of them remove an export that a deployed stack still imports.
 */
import { describe, expect, it } from 'vitest';
import type { HospitalInput } from '../../infra/settings/hospital-settings.ts';
import { synthesize } from './support/synthesize.ts';
import type { Template, Templates } from './support/templates.ts';

const on: Readonly<Record<string, Partial<HospitalInput>>> = {
  'workers of AWS Batch': {
    lanes: {
      gpu: {
        mode: 'batch',
        instanceTypes: ['g5.xlarge'],
        maxWorkers: 2,
        targetMinutes: 30,
        meanTaskSeconds: 5,
        purchase: 'spot',
      },
    },
  },
  'a gpu function': {
    lanes: { gpu: { mode: 'lambda', instanceTypes: ['g6.xlarge'], maxWorkers: 3, acceleratorMemory: 24 } },
  },
  'a study': { study: { mode: 'batch', mostJobs: 2 } },
};

const exportsOf = ({ Outputs = {} }: Template): string[] =>
  Object.values(Outputs).flatMap(({ Export }) => (Export ? [Export.Name] : []));

const importsOf = (template: Template): string[] =>
  [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name!);

interface Read {
  readonly StackName: string;
  readonly OutputName: string;
}

const reads = (templates: Templates): Read[] =>
  Object.values(templates).flatMap((template) =>
    [...JSON.stringify(template).matchAll(/"Fn::GetStackOutput":(\{[^}]*\})/g)].map(([, read]) =>
      JSON.parse(read!),
    ),
  );

const { templates: off } = synthesize();

describe.each(Object.entries(on))('%s', (_, changes) => {
  const { templates } = synthesize(changes);
  const imported = Object.values(templates).flatMap(importsOf);

  it('can be switched off: no export goes that something deployed imports', () => {
    const kept = Object.values(off).flatMap(exportsOf);
    const gone = Object.values(templates)
      .flatMap(exportsOf)
      .filter((name) => !kept.includes(name));
    expect(gone.filter((name) => imported.includes(name))).toEqual([]);
  });

  it('reads outputs that are there', () => {
    const all = reads(templates);
    expect(all.length).toBeGreaterThan(0);
    for (const { StackName, OutputName } of all) {
      expect(templates[StackName.replace('cxai-example-', '')]!.Outputs).toHaveProperty(OutputName);
    }
  });
});
