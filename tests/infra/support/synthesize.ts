/** Synthesizes a hospital as `cdk synth` does, in this process: templates and the validation report. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { buildDeployment, type Stacks } from '../../../infra/build-deployment.ts';
import { hospital as example } from '../../../infra/hospitals/example.ts';
import { type HospitalInput, parseHospitalSettings } from '../../../infra/settings/hospital-settings.ts';
import type { Template, Templates } from './templates.ts';

export interface Finding {
  readonly rule: string;
  readonly path: string;
}

export interface Synthesis {
  readonly templates: Templates;
  /** What no acknowledgement covers, of every rule pack. */
  readonly findings: readonly Finding[];
  readonly tags: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const repository = new URL('../../../', import.meta.url);
const json = (name: string) => JSON.parse(readFileSync(new URL(name, repository), 'utf8'));

export function synthesize(
  changes: Partial<HospitalInput> = {},
  spoil: (stacks: Stacks) => void = () => undefined,
): Synthesis {
  const outdir = mkdtempSync(join(tmpdir(), 'cxai-synth-'));
  const exitCode = process.exitCode;
  try {
    const settings = parseHospitalSettings({ ...example, ...changes }, 'test');
    const app = new App({
      outdir,
      analyticsReporting: false,
      context: {
        ...json('cdk.json').context,
        ...json('cdk.context.json'),
        '@aws-cdk/core:validationReportPrettyPrint': false,
      },
    });
    spoil(buildDeployment(app, settings));
    const assembly = app.synth();
    const stacks = assembly.stacks.map((stack) => [stack.id, stack] as const);
    return {
      templates: Object.fromEntries(stacks.map(([id, stack]) => [id, stack.template as Template])),
      tags: Object.fromEntries(stacks.map(([id, stack]) => [id, stack.tags])),
      findings: readFindings(join(outdir, 'validation-report.json')),
    };
  } finally {
    process.exitCode = exitCode;
    rmSync(outdir, { recursive: true });
  }
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

function readFindings(path: string): Finding[] {
  if (!existsSync(path)) return [];
  const { pluginReports } = JSON.parse(readFileSync(path, 'utf8')) as Report;
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath = '' }) => ({ rule: ruleName, path: constructPath })),
    ),
  );
}
