/**
 * Attributes that a queue can be given, their bounds and defaults, and what they mean once parsed.
 *
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
import { z } from 'zod';
import { notImplemented, ServiceError } from '../service-error.ts';
import { invalidParameter } from './sqs-error.ts';

export type QueueAttributes = Readonly<Record<string, string>>;

export const MESSAGE_BYTES = 1024 * 1024;

/** Name, least, most, default; seconds or bytes. */
const NUMBERS = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, MESSAGE_BYTES, MESSAGE_BYTES],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
} as const;
type NumberName = keyof typeof NUMBERS;

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  FifoQueue: ['true'],
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
};

const redrivePolicy = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** The attribute as a number, its default where it was not set. */
export function numericAttribute(attributes: QueueAttributes, name: NumberName): number {
  const text = attributes[name];
  return text === undefined ? NUMBERS[name][2] : Number(text);
}

export function defaultAttributes(): Record<string, string> {
  const shown = Object.entries(NUMBERS).filter(([name]) => name !== 'KmsDataKeyReusePeriodSeconds');
  const numbers = shown.map(([name, [, , otherwise]]) => [name, String(otherwise)] as const);
  return { ...Object.fromEntries(numbers), SqsManagedSseEnabled: 'true' };
}

export function readRedrivePolicy(attributes: QueueAttributes): RedrivePolicy | undefined {
  const text = attributes.RedrivePolicy;
  if (text === undefined || text === '') return undefined;
  try {
    return redrivePolicy.parse(JSON.parse(text));
  } catch {
    throw invalidParameter(`Value ${text} for parameter RedrivePolicy is invalid.`);
  }
}

/** Throws InvalidAttributeValue, InvalidAttributeName (400), or 501 for one that would have no effect here. */
export function checkAttributes(attributes: QueueAttributes, isFifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name in NUMBERS) {
      const [least, most] = NUMBERS[name as NumberName];
      const isWithin = /^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most;
      if (!isWithin) throw invalidValue(name);
    } else if (name in CHOICES) {
      if (!CHOICES[name]!.includes(value)) throw invalidValue(name);
      const needsFifo = name !== 'SqsManagedSseEnabled';
      if (needsFifo && !isFifo)
        throw new ServiceError(400, 'InvalidAttributeName', `Unknown Attribute ${name}.`);
    } else if (name === 'Policy' || name === 'RedriveAllowPolicy') {
      throw notImplemented(`the queue attribute ${name}: one account owns every queue`);
    } else if (name !== 'RedrivePolicy' && name !== 'KmsMasterKeyId') {
      throw new ServiceError(400, 'InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
}

function invalidValue(name: string): ServiceError {
  return new ServiceError(400, 'InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}
