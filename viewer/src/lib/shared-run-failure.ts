import type { LoadFailure } from './fetch-json.ts';

/** On the page of a share link a refused file means that the link has ended since, or its cookie is gone. */
export const sharedRunFailure = (failure: LoadFailure): LoadFailure =>
  failure.kind === 'refused'
    ? {
        ...failure,
        title: 'This run is no longer open to you',
        remedy:
          'The link has expired or was withdrawn, or this browser forgot it: open the link again as it was sent.',
      }
    : failure;
