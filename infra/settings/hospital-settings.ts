/**
 * What one hospital's deployment is made of: the only file a hospital edits is `infra/hospitals/<id>.ts`.
 * Parsed once, before anything is built; every offender is named together with what was expected.
 */
import { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { metricsLevelSchema } from '../../shared/manifest/trust-metrics.ts';
import { addressRange } from './address-range.ts';
import { awsRegion } from './aws-region.ts';
import { methodList } from './method-list.ts';
import { vpcRange } from './vpc-range.ts';

const dnsName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/;

/** An upload leaves with its older versions within this time: what infra/README.md and SECURITY.md promise. */
const longestDropDays = 31;

const retentionSchema = z
  .strictObject({
    /** Uploads and receipts: they may name patients, so they leave first. */
    dropDays: z.int().min(7).max(30).default(14),
    /** How long a deleted or overwritten upload stays restorable after that. */
    dropVersionDays: z.int().min(1).max(7).default(1),
    /** Runs; null keeps them until somebody deletes them. */
    resultsDays: z.int().min(30).nullable().default(null),
    /** Function logs. CloudWatch knows these lengths only. */
    logDays: z.literal([30, 60, 90, 180, 365, 400, 731]).default(90),
    /** Access logs and audit trail; six years is what HIPAA §164.316(b)(2) asks of documentation. */
    auditDays: z.int().min(365).default(2192),
    /** Refuse `cdk destroy` of everything that holds data, and keep buckets and keys if it is forced. */
    keepData: z.boolean().default(true),
  })
  .prefault({});

const cpuLaneSchema = z
  .strictObject({
    memoryMegabytes: z.int().min(1769).max(10_240).default(5308),
    timeoutSeconds: z.int().min(60).max(900).default(900),
    /** Methods computed at once. Reserved for this function, so an upload of thousands cannot starve others. */
    concurrency: z.int().min(2).max(1000).default(50),
  })
  .prefault({});

const gpuInstanceType = z.string().regex(/^g[0-9][a-z0-9-]*\.[0-9]*x?large$/);

const gpuLaneSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('off') }),
  z.strictObject({
    mode: z.literal('batch'),
    instanceTypes: z.array(gpuInstanceType).min(1),
    maxWorkers: z.int().min(1).max(100),
    /** A backlog should be worked off within this time. */
    targetMinutes: z.int().min(5).max(720),
    /** What one method takes on one GPU on average, to start with. */
    meanTaskSeconds: z.number().positive(),
    purchase: z.literal(['spot', 'on-demand']),
    /** What one instance costs an hour, for the estimate among the metrics; g6.xlarge on demand is about this. */
    hourlyUsd: z.number().positive().default(1),
  }),
  /** The explain function itself on GPU instances that Lambda manages: no dispatcher, no job queue. */
  z.strictObject({
    mode: z.literal('lambda'),
    instanceTypes: z.array(gpuInstanceType).min(1),
    /** Most methods computed at once, each with a GPU of its own; a capacity provider has 12 vCPU at least. */
    maxWorkers: z.int().min(3).max(100),
    /** Least memory of the GPU, GiB: the sizes that Lambda knows. */
    acceleratorMemory: z.literal([3, 6, 12, 16, 24, 48]),
    hourlyUsd: z.number().positive().default(1),
  }),
]);

/** A synthetic upload that must become a complete run in time, or the alarm `canary-failed` tells it. */
const canarySchema = z
  .strictObject({
    everyMinutes: z.int().min(15).max(720).default(60),
    withinSeconds: z.int().min(60).max(840).default(300),
  })
  .prefault({});

const studySchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('off') }),
  z.strictObject({
    mode: z.literal('batch'),
    /** vCPU of one job. */
    cpus: z.literal([1, 2, 4, 8]).default(2),
    /** Jobs at a time. */
    mostJobs: z.int().min(1).max(500),
    purchase: z.literal(['spot', 'on-demand']).default('spot'),
    /** Training images and results leave after this. */
    days: z.int().min(7).max(365).default(90),
  }),
]);

const networkSchema = z.discriminatedUnion('mode', [
  /** No VPC: functions reach AWS services only through their own permissions. Nothing to pay. */
  z.strictObject({ mode: z.literal('none') }),
  /** A VPC without any route to the internet; private endpoints for what the functions call. */
  z.strictObject({ mode: z.literal('isolated'), cidr: vpcRange }),
]);

const viewerSchema = z.strictObject({
  /** `networks`: the hospital's own address ranges. `signed-cookies`: a sign-on gateway signs CloudFront cookies. */
  access: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('networks'), ranges: z.array(addressRange).min(1).max(100) }),
    z.strictObject({
      mode: z.literal('signed-cookies'),
      publicKeyPem: z.string().regex(/^-----BEGIN PUBLIC KEY-----\n[\s\S]+\n-----END PUBLIC KEY-----\n?$/),
    }),
  ]),
  /** The hospital's own name: only with it can TLS 1.2 be demanded. CloudFront reads certificates from us-east-1. */
  domain: z.strictObject({
    name: z.string().regex(dnsName, 'expected a domain name such as explain.hospital.example'),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/,
        'expected the ARN of a certificate in us-east-1',
      ),
  }),
  /** `on`: single runs can be shared by link with people elsewhere; the pages, not the data, open for everybody. */
  sharing: z.literal(['off', 'on']).default('off'),
  /** ARN of a web ACL of scope CLOUDFRONT, where the hospital runs one. */
  webAclArn: z.string().startsWith('arn:aws:wafv2:us-east-1:').nullable().default(null),
});

export const hospitalSettingsSchema = z
  .strictObject({
    /** Short and stable: it is part of bucket names. */
    id: z.string().regex(/^[a-z][a-z0-9-]{1,19}$/, 'expected 2 to 20 of a-z, 0-9 and -, a letter first'),
    account: z.string().regex(/^\d{12}$/, 'expected an AWS account id of 12 digits'),
    region: awsRegion,
    retention: retentionSchema,
    lanes: z.strictObject({ cpu: cpuLaneSchema, gpu: gpuLaneSchema.default({ mode: 'off' }) }).prefault({}),
    /** Architecture studies as Batch array jobs (`cxai study submit`). */
    study: studySchema.default({ mode: 'off' }),
    network: networkSchema,
    canary: canarySchema,
    viewer: viewerSchema,
    alarms: z.strictObject({ email: z.email(), oldestMessageMinutes: z.int().min(5).default(60) }),
    budget: z.strictObject({ monthlyUsd: z.number().positive() }),
    /** Methods of a plan, comma separated, or `all`; the software's default set where absent. */
    methods: methodList.optional(),
    /** Trust metrics of every map: none, quick (insertion and deletion) or full (weight randomization and information curves too). */
    metrics: metricsLevelSchema.default('quick'),
    /** Put on every resource beside the project's own tags, for the hospital's cost reports. */
    tags: z.record(z.string().regex(/^(?!aws:)[\w .:/=+@-]{1,128}$/), z.string().max(256)).default({}),
  })
  .superRefine((settings, context) => {
    const { dropDays, dropVersionDays } = settings.retention;
    if (dropDays + dropVersionDays > longestDropDays) {
      context.addIssue({
        code: 'custom',
        path: ['retention', 'dropVersionDays'],
        message: `expected dropDays + dropVersionDays of at most ${longestDropDays}, got ${dropDays + dropVersionDays}: lower one of them`,
      });
    }
    if (settings.study.mode !== 'off' && settings.network.mode === 'none') {
      context.addIssue({
        code: 'custom',
        path: ['network', 'mode'],
        message: "expected 'isolated' where study is on: its jobs need a VPC",
      });
    }
    if (settings.lanes.gpu.mode !== 'off' && settings.network.mode === 'none') {
      context.addIssue({
        code: 'custom',
        path: ['network', 'mode'],
        message: "expected 'isolated' where lanes.gpu is on: GPU instances need a VPC",
      });
    }
  });

export type HospitalSettings = z.infer<typeof hospitalSettingsSchema>;
/** As a hospital writes them: what has a default may be left out. */
export type HospitalInput = z.input<typeof hospitalSettingsSchema>;

/** Throws PermanentFault `hospital-settings-invalid` that names every offending setting. */
export function parseHospitalSettings(input: unknown, where: string): HospitalSettings {
  const parsed = hospitalSettingsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const offenders = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
  throw new PermanentFault(`${where}: ${offenders.join('; ')}`, {
    code: 'hospital-settings-invalid',
    remedy: 'Correct these settings; infra/settings/hospital-settings.ts describes each.',
  });
}
