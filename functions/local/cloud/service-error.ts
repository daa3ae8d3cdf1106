/**
 * What S3 or SQS answers instead of a result: the service's own code (`NoSuchKey`) and HTTP status.
 *
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and the `Errors` section of each
 * SQS action.
 */
import { PermanentFault } from '../../../shared/errors.ts';

export class ServiceError extends PermanentFault {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message, { code });
    this.status = status;
    this.headers = headers;
  }
}

/** For everything this server does not do: answered 501, never 200. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError(501, 'NotImplemented', `The embedded cloud does not implement ${what}.`);
}
