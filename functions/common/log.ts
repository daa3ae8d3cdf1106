/**
 * The one logger. Logs hold run, method, milliseconds and bytes; never keys of the drop bucket, file names,
 * pixels, tags or contents.
 */
import { Logger } from '@aws-lambda-powertools/logger';

export const log = new Logger({ serviceName: 'cxai' });
