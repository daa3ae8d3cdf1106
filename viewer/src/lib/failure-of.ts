/** An error of the engine, of a file or of the network, in words for a reader. */
import { CxaiError } from '../../../shared/errors.ts';
import { EngineFault } from '../engine/engine.ts';
import type { LoadFailure } from './fetch-json.ts';

/** `title` says what could not be done; why, and what helps, comes from the error. */
export function failureOf(title: string, error: unknown): LoadFailure {
  const fault = error instanceof EngineFault ? error.fault : error instanceof CxaiError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'unreadable',
    title,
    remedy: fault?.remedy ?? 'Reload the page and try again.',
    detail: fault ? `${message} (${fault.code})` : message,
  };
}

export const isCancelled = (error: unknown): boolean =>
  error instanceof EngineFault && error.fault.code === 'cancelled';
