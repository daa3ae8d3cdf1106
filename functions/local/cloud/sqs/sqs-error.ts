/** Errors in the AWS JSON protocol, with the codes of the older query protocol that SDKs still map from. */
import type { Answer } from '../answer.ts';
import { ServiceError } from '../service-error.ts';

const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
};

export function sqsErrorAnswer(error: ServiceError): Answer {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return {
    status: error.status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-query-error': `${QUERY_CODES[error.code] ?? error.code};${fault}`,
      ...error.headers,
    },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message }),
  };
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError(400, 'InvalidParameterValue', message);
}

export function queueDoesNotExist(): ServiceError {
  return new ServiceError(400, 'QueueDoesNotExist', 'The specified queue does not exist.');
}
