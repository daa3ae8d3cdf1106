/**
 * Takes an SQS request in the AWS JSON protocol 1.0 from the wire to its action.
 *
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
import type { Answer } from '../answer.ts';
import { notImplemented, ServiceError } from '../service-error.ts';
import type { Action, ActionContext } from './action.ts';
import { moveActions } from './move-actions.ts';
import { queueActions } from './queue-actions.ts';
import { receiveActions } from './receive-actions.ts';
import { sendActions } from './send-actions.ts';
import { sqsErrorAnswer } from './sqs-error.ts';

const ACTIONS: Readonly<Record<string, Action>> = {
  ...queueActions,
  ...sendActions,
  ...receiveActions,
  ...moveActions,
};

/** `target` as in `AmazonSQS.SendMessage`; `readVerified` gives the body, or throws unless its signature holds. */
export async function answerSqs(
  context: ActionContext,
  target: string,
  readVerified: () => Promise<string>,
): Promise<{ answer: Answer; drop: boolean }> {
  try {
    const body = await readVerified();
    const [service, operation = ''] = target.split('.');
    const perform =
      service === 'AmazonSQS' && Object.hasOwn(ACTIONS, operation) ? ACTIONS[operation] : undefined;
    if (perform === undefined) throw notImplemented(target);
    const input = readJson(body);
    const resource = resourceOf(input);
    const { faults } = context.cloud;
    if (faults.strikes('slow-down', operation, resource))
      throw new ServiceError(400, 'RequestThrottled', 'The request was denied due to request throttling.');
    const output = await perform(input, context);
    const answer = {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(output),
    };
    return { answer, drop: faults.strikes('drop-answer', operation, resource) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { answer: sqsErrorAnswer(error), drop: false };
  }
}

function readJson(body: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === 'object' && input !== null) return { ...input };
  } catch {
    // Answered below, as for any other body that is not an object.
  }
  throw new ServiceError(400, 'SerializationException', 'The request body is not a JSON object.');
}

/** Queue name, for the faults. */
function resourceOf({ QueueUrl, QueueName, SourceArn }: Record<string, unknown>): string {
  const named = [QueueUrl, QueueName, SourceArn].find((value) => typeof value === 'string') ?? '';
  return String(named).split(/[/:]/).at(-1) ?? '';
}
