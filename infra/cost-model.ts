/**
 * What a month costs, from a month's images. List prices of eu-central-1 in US dollars, without free tiers and
 * without tax; a rough guide to plan with, not a quotation.
 *
 * `node infra/cost-model.ts [IMAGES…]` prints the table of infra/README.md.
 */
import { argv } from 'node:process';

/** https://aws.amazon.com/{lambda,s3,sqs,kms,cloudtrail,cloudwatch,privatelink,secrets-manager,xray,ecr}/pricing */
export const prices = {
  lambdaGigabyteSecond: 0.0000166667,
  lambdaRequest: 0.2e-6,
  s3Write: 5.4e-6,
  s3Read: 0.43e-6,
  s3GigabyteMonth: 0.0245,
  sqsRequest: 0.4e-6,
  kmsKeyMonth: 1,
  kmsRequest: 3e-6,
  trailDataEvent: 1e-6,
  logGigabyte: 0.63,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  endpointHour: 0.012,
  secretMonth: 0.4,
  traceRecorded: 5e-6,
  imageGigabyteMonth: 0.1,
} as const;

export interface Workload {
  /** Methods of a plan. */
  readonly methods: number;
  /** Mean time of one method in the explain function, start-up included. */
  readonly explainSeconds: number;
  readonly explainMemoryMegabytes: number;
  readonly uploadMegabytes: number;
  /** Float map and preview of one method. */
  readonly mapMegabytes: number;
  /** Rendering, model input, plan and manifest of one run. */
  readonly runMegabytes: number;
  readonly dropDays: number;
  /** Months of runs that lie in the results bucket. */
  readonly monthsKept: number;
  readonly privateEndpoints: number;
}

/** Eight methods on a 224 by 224 model, 16-bit radiographs, one year of results, the example hospital's network. */
export const assumedWorkload: Workload = {
  methods: 8,
  explainSeconds: 4,
  explainMemoryMegabytes: 5308,
  uploadMegabytes: 8,
  mapMegabytes: 0.25,
  runMegabytes: 5,
  dropDays: 14,
  monthsKept: 12,
  privateEndpoints: 2,
};

/** Reads and writes of the use cases, counted in their code: functions/{ingest,explain,catalog}. */
const ingestOperations = { read: 4, write: 8 };
const methodOperations = { read: 5, write: 4 };
const finishOperations = { read: 4, write: 4 };
const hoursPerMonth = 730;
const zones = 2;
const keys = 4;
/** Of the example hospital. */
export const alarms = 20;
/** What the sweeper reports: orphaned and unswept runs. */
const sweepSeries = 2;
/** Series of each method: MethodDuration, QueueAge, Gradients, EstimatedUsd (functions/common/metrics.ts). */
const seriesPerMethod = 4;
const canarySeries = 2;
/** One method on the bundled model, start-up included; and how long the probe waits for all of them. */
const canarySeconds = { method: 0.5, wait: 15 };
/** An idle event source keeps five long polls of 20 seconds open. */
const idlePolls = 5 * 5 * 3 * 60 * hoursPerMonth;
/** One in twenty calls is traced beyond the first of each second. */
const tracedShare = 0.05;
const logKilobytesPerCall = 1.5;
const imageGigabytes = 0.35;

export interface CostLine {
  readonly item: string;
  readonly usd: number;
}

/** Dollars per month for `images` a month, one line per service; the sum is the total. */
export function monthlyCost(images: number, workload: Workload = assumedWorkload): CostLine[] {
  return [
    ...computeLines(images, workload),
    ...storageLines(images, workload),
    ...messageLines(images, workload),
    ...canaryLines(workload),
    ...standingLines(workload),
  ];
}

export const totalUsd = (lines: readonly CostLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

function computeLines(images: number, workload: Workload): CostLine[] {
  const gigabytes = (megabytes: number) => megabytes / 1024;
  const explain = workload.methods * workload.explainSeconds * gigabytes(workload.explainMemoryMegabytes);
  const ingest = 2 * gigabytes(3538);
  const calls = callsPerImage(workload) * images;
  return [
    { item: 'Lambda, explaining', usd: images * explain * prices.lambdaGigabyteSecond },
    {
      item: 'Lambda, the rest',
      usd: images * ingest * prices.lambdaGigabyteSecond + calls * prices.lambdaRequest,
    },
    { item: 'X-Ray', usd: calls * tracedShare * prices.traceRecorded },
    { item: 'CloudWatch logs', usd: ((calls * logKilobytesPerCall) / 1e6) * prices.logGigabyte },
  ];
}

const callsPerImage = ({ methods }: Workload): number => 1 + methods + 1;

function operations({ methods }: Workload): { read: number; write: number } {
  const of = (kind: 'read' | 'write') =>
    ingestOperations[kind] + methods * methodOperations[kind] + finishOperations[kind];
  return { read: of('read') + methods, write: of('write') };
}

function storageLines(images: number, workload: Workload): CostLine[] {
  const { read, write } = operations(workload);
  const drop = (images * workload.uploadMegabytes * workload.dropDays) / 30;
  const run = workload.runMegabytes + workload.methods * workload.mapMegabytes;
  const results = images * run * workload.monthsKept;
  return [
    { item: 'S3 requests', usd: images * (read * prices.s3Read + write * prices.s3Write) },
    { item: 'S3 storage', usd: ((drop + results) / 1024) * prices.s3GigabyteMonth },
    { item: 'CloudTrail data events', usd: images * (read + write) * prices.trailDataEvent },
    { item: 'KMS', usd: keys * prices.kmsKeyMonth + images * 0.1 * (read + write) * prices.kmsRequest },
  ];
}

/** Send, receive, delete. */
function messageLines(images: number, workload: Workload): CostLine[] {
  const requests = 3 * callsPerImage(workload) * images + idlePolls;
  return [{ item: 'SQS', usd: requests * prices.sqsRequest }];
}

/**
 * A probe an hour: it runs every method on a small model, waits for them, and keeps every series of theirs alive, since
 * a series is paid for the hours in which something was written.
 */
function canaryLines(workload: Workload): CostLine[] {
  const { methods, explainMemoryMegabytes } = workload;
  const { read, write } = operations(workload);
  const gigabyteSeconds =
    methods * canarySeconds.method * (explainMemoryMegabytes / 1024) + canarySeconds.wait * 0.5;
  const probe =
    gigabyteSeconds * prices.lambdaGigabyteSecond +
    read * (prices.s3Read + prices.trailDataEvent) +
    write * (prices.s3Write + prices.trailDataEvent);
  return [
    { item: 'Canary', usd: hoursPerMonth * probe },
    { item: 'Metrics', usd: (methods * seriesPerMethod + canarySeries) * prices.metricMonth },
  ];
}

/** Of a function per hour it works. */
export const functionHourlyUsd = (memoryMegabytes: number): number =>
  (memoryMegabytes / 1024) * prices.lambdaGigabyteSecond * 3600;

function standingLines({ privateEndpoints }: Workload): CostLine[] {
  return [
    { item: 'Private endpoints', usd: privateEndpoints * zones * hoursPerMonth * prices.endpointHour },
    {
      item: 'Alarms and dashboard',
      usd: alarms * prices.alarmMonth + prices.dashboardMonth + sweepSeries * prices.metricMonth,
    },
    { item: 'Secret and image', usd: prices.secretMonth + imageGigabytes * prices.imageGigabyteMonth },
  ];
}

/** Markdown: one row per service, one column per number of images. */
export function costTable(volumes: readonly number[], workload: Workload = assumedWorkload): string {
  const columns = volumes.map((images) => monthlyCost(images, workload));
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const money = (usd: number) =>
    `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return [
    row(['images a month', ...volumes.map((images) => images.toLocaleString('en-US'))]),
    row(['---', ...volumes.map(() => '---:')]),
    ...columns[0]!.map(({ item }, index) => row([item, ...columns.map((lines) => money(lines[index]!.usd))])),
    row(['**total**', ...columns.map((lines) => `**${money(totalUsd(lines))}**`)]),
    row([
      'per image',
      ...columns.map((lines, index) => `$${(totalUsd(lines) / volumes[index]!).toFixed(4)}`),
    ]),
  ].join('\n');
}

if (import.meta.main) {
  const asked = argv.slice(2).map(Number);
  console.log(costTable(asked.length > 0 ? asked : [100, 10_000, 1_000_000]));
}
