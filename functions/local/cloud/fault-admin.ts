/**
 * Faults over the wire: `/_cloud/faults` on the server's own port, signed with SigV4 for the service `cxai-cloud`.
 *
 * PUT with a fault plan (faults.ts) as JSON replaces the rules, DELETE clears them, GET answers how often each has
 * struck: `{"struck":[3,0]}`. fault-client.ts speaks it.
 */
import type { Answer } from './answer.ts';
import { type Faults, faultPlan } from './faults.ts';
import { notImplemented, ServiceError } from './service-error.ts';

export const FAULT_PATH = '/_cloud/faults';
export const FAULT_SERVICE = 'cxai-cloud';

export function answerFaultRequest(faults: Faults, method: string, body: string): Answer {
  switch (method) {
    case 'PUT':
      faults.set(readPlan(body));
      return { status: 204 };
    case 'DELETE':
      faults.clear();
      return { status: 204 };
    case 'GET':
      return jsonAnswer(200, { struck: faults.struck() });
    default:
      throw notImplemented(`${method} on ${FAULT_PATH}`);
  }
}

export function faultErrorAnswer(error: ServiceError): Answer {
  return jsonAnswer(error.status, { code: error.code, message: error.message });
}

function readPlan(body: string): ReturnType<typeof faultPlan.parse> {
  let plan: unknown;
  try {
    plan = JSON.parse(body);
  } catch {
    throw new ServiceError(400, 'InvalidFaultPlan', 'fault plan: expected JSON, got something else.');
  }
  const parsed = faultPlan.safeParse(plan);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new ServiceError(400, 'InvalidFaultPlan', `fault plan: ${issue.message} at ${issue.path.join('.')}.`);
}

function jsonAnswer(status: number, content: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) };
}
