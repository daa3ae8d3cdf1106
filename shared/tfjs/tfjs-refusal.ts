/** The one way a TF.js or Keras model is refused: a permanent fault whose details list every offender. */
import { PermanentFault } from '../errors.ts';

export function tfjsRefusal(offenders: readonly string[], cause?: unknown): PermanentFault {
  return new PermanentFault(
    `model: expected a differentiable image classifier in TF.js or Keras, got ${offenders.join('; ')}`,
    {
      code: 'model-refused',
      remedy:
        'Put every file of the model beside model.json, or save or convert it again without what is listed (model.save, tensorflowjs_converter, or tf2onnx to ONNX).',
      details: { offenders },
      cause,
    },
  );
}

/** Thrown by one layer or operator; the importer adds its name and goes on to find the others. */
export function unsupported(reason: string): PermanentFault {
  return new PermanentFault(`tfjs: ${reason}`, { code: 'tfjs-unsupported', details: { reason } });
}

export function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof PermanentFault) || error.code !== 'tfjs-unsupported') return undefined;
  return String(error.details.reason);
}
