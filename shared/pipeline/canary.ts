/**
 * The canary: a synthetic upload, on a schedule, that must become a complete run in time. Its model id is reserved,
 * and its runs are told by their id, so that they expire early and stand in no gallery.
 */
export const canaryModel = 'canary';

const mark = '0'.repeat(12);
/** Below `runs/`: what a lifecycle rule names. */
export const canaryRunPrefix = `runs/${mark}`;

/** 80 bits of the run's own id stay. */
export const canaryRunId = (runId: string): string => `${mark}${runId.slice(mark.length)}`;

export const isCanaryRun = (runId: string): boolean => runId.startsWith(mark);
