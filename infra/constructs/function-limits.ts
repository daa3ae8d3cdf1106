/** Memory, time and concurrency of each function; queues derive their visibility from the same figures. */
import type { HospitalSettings } from '../settings/hospital-settings.ts';

export type FunctionName = 'ingest' | 'explain' | 'catalog' | 'finish' | 'sweep' | 'canary';

export interface FunctionLimits {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Reserved; for functions that read a queue also the most batches handled at once. */
  readonly concurrency: number;
}

/** Lambda gives one vCPU per 1,769 MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const megabytesPerCpu = 1769;

export const threadsOf = ({ memoryMegabytes }: FunctionLimits): number =>
  Math.max(1, Math.floor(memoryMegabytes / megabytesPerCpu));

/** Beside the time it waits for its run: an upload and a cold start. */
const canarySpareSeconds = 60;

export function functionLimits({
  lanes,
  canary,
}: HospitalSettings): Readonly<Record<FunctionName, FunctionLimits>> {
  return {
    /** A picture of 100 million pixels, decoded to 16 bit RGB, and the model's forward pass beside it. */
    ingest: { memoryMegabytes: 3538, timeoutSeconds: 180, concurrency: 10 },
    explain: lanes.cpu,
    /** Merges into one index object: more writers would only lose the compare-and-swap to each other. */
    catalog: { memoryMegabytes: 512, timeoutSeconds: 60, concurrency: 2 },
    /** Two for each of at most three dead-letter queues. */
    finish: { memoryMegabytes: 1024, timeoutSeconds: 120, concurrency: 6 },
    sweep: { memoryMegabytes: 1024, timeoutSeconds: 300, concurrency: 1 },
    canary: {
      memoryMegabytes: 512,
      timeoutSeconds: canary.withinSeconds + canarySpareSeconds,
      concurrency: 1,
    },
  };
}
