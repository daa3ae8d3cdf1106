/** The one way a model is refused: a permanent fault whose details list every offender. */
import { PermanentFault } from '../errors.ts';
import { remediesFor } from './remedies.ts';

export function refusal(offenders: readonly string[], cause?: unknown): PermanentFault {
  return new PermanentFault(
    `model: expected a differentiable image classifier in ONNX, got ${offenders.join('; ')}`,
    {
      code: 'model-refused',
      remedy: remediesFor(offenders),
      details: { offenders },
      cause,
    },
  );
}

/** What a refusal lists; undefined for any other error. */
export function offendersIn(error: unknown): readonly string[] | undefined {
  if (!(error instanceof PermanentFault) || error.code !== 'model-refused') return undefined;
  return error.details.offenders as readonly string[];
}
