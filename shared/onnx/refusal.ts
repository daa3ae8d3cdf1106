/** The one way a model is refused: a permanent fault whose details list every offender. */
import { PermanentFault } from '../errors.ts';

export function refusal(offenders: readonly string[], cause?: unknown): PermanentFault {
  return new PermanentFault(
    `model: expected a differentiable image classifier in ONNX, got ${offenders.join('; ')}`,
    {
      code: 'model-refused',
      remedy: 'Export the model again without what is listed, or convert it with the ONNX version converter.',
      details: { offenders },
      cause,
    },
  );
}
