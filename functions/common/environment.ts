/** The settings a function reads from its environment: parsed once, refused with every offender named. */
import { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { metricsLevelSchema } from '../../shared/manifest/trust-metrics.ts';

export const referenceKeySchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');

const environmentSchema = z.object({
  CXAI_DROP_BUCKET: z.string().min(3),
  CXAI_RESULTS_BUCKET: z.string().min(3),
  CXAI_CPU_QUEUE_URL: z.url(),
  /** Absent where a hospital has no GPU lane: then every method takes the cpu lane. */
  CXAI_GPU_QUEUE_URL: z.url().optional(),
  /** Methods of a plan, comma separated; the registry's default set where absent. */
  CXAI_METHODS: z.string().optional(),
  /** Trust metrics of every map: none, quick (insertion and deletion) or full (information curves too). */
  CXAI_METRICS: metricsLevelSchema.default('quick'),
  /** Runs expire after so many days: the index then forgets them. */
  CXAI_RESULTS_DAYS: z.coerce.number().int().positive().optional(),
  CXAI_COMMIT: z.string().default('unknown'),
  CXAI_SEED: z.coerce.number().int().default(0),
  /** Key of the one-way references that stand for files in results (HMAC-SHA-256, 64 hex digits). */
  CXAI_REFERENCE_KEY: referenceKeySchema.optional(),
  /** In AWS: the secret that holds this key. */
  CXAI_REFERENCE_KEY_SECRET: z.string().min(1).optional(),
  /** What the engine runs on: `cuda` in a GPU worker only. */
  CXAI_DEVICE: z.enum(['cpu', 'cuda']).default('cpu'),
  /** Threads of the engine in one worker. */
  CXAI_THREADS: z.coerce.number().int().positive().default(2),
  /** What an hour of this worker costs in US dollars, for the estimate among the metrics. */
  CXAI_HOURLY_USD: z.coerce.number().positive().optional(),
  /**
   * After this many seconds a run that still lacks methods is ended. Three days: a backlog may wait that long, a lost
   * worker's message has been delivered for the last time by then, and SQS has not yet dropped it (four days).
   */
  CXAI_RUN_DEADLINE_SECONDS: z.coerce
    .number()
    .positive()
    .default(3 * 86_400),
});

export type Environment = z.infer<typeof environmentSchema>;

export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = environmentSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const offenders = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new PermanentFault(`environment: ${offenders.join('; ')}`, {
    code: 'environment-invalid',
    remedy: 'Set these variables; the CDK app and `npm start` do it for every function.',
  });
}
