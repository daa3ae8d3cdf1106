/**
 * `node infra/security-tables.ts`: the tables of infra/SECURITY.md, from the code that grants and acknowledges: which
 * function reads and writes what, and every accepted finding with its reason.
 */
import { acknowledgements, objectPatternReason } from './constructs/acknowledgements.ts';
import { objectAccess } from './constructs/function-permissions.ts';
import { batchClusterReason } from './constructs/gpu-roles.ts';

type Pattern = readonly string[];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const header = (...cells: readonly string[]): string[] => [row(cells), row(cells.map(() => '---'))];
const code = (patterns: Pattern): string =>
  patterns.length > 0 ? [...new Set(patterns)].map((pattern) => `\`${pattern}\``).join(' ') : '–';

/** One row per function: object keys of the two data buckets. */
export function accessTable(): string {
  const rows = Object.entries(objectAccess).map(([name, { drop, results }]) =>
    row([
      `\`${name}\``,
      code(drop?.read ?? []),
      code(drop?.write ?? []),
      code(results.read),
      code([...results.write, ...(results.remove ?? [])]),
    ]),
  );
  return [
    ...header('function', 'drop: reads', 'drop: writes', 'results: reads', 'results: writes, removes'),
    ...rows,
  ].join('\n');
}

/** One row per acknowledgement: rules of AwsSolutions, HIPAASecurity and CloudFormation's own. */
export function acknowledgementTable(): string {
  const listed = Object.entries(acknowledgements).map(
    ([name, { rules, reason }]) => [name, rules, reason] as const,
  );
  const made = [
    ['objects below a prefix', ['AwsSolutions-IAM5[Resource::…/*]'], objectPatternReason],
    ['clusters of AWS Batch', ['AwsSolutions-IAM5[Resource::…AWSBatch-*]'], batchClusterReason],
  ] as const;
  return [
    ...header('acknowledged', 'rules', 'reason'),
    ...[...listed, ...made].map(([name, rules, reason]) => row([name, code(rules), reason])),
  ].join('\n');
}

if (import.meta.main) console.log(`${accessTable()}\n\n${acknowledgementTable()}`);
