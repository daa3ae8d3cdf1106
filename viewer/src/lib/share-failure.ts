/** Why a share link does not open, in words for whoever was sent it. */
import type { ShareRefusal } from '../../../shared/sharing/share-refusal.ts';
import type { LoadFailure } from './fetch-json.ts';

const askAgain = 'Ask whoever sent it for a new one.';

const words: Readonly<Record<ShareRefusal | 'unreachable', readonly [string, string]>> = {
  missing: ['This page needs a share link', 'Open the link again as it was sent, to its last character.'],
  malformed: ['This link is not whole', 'Copy it again from where you got it, to its last character.'],
  forged: [
    'This link is not valid',
    `It was changed on the way, belongs to another site, or the site has a new key since. ${askAgain}`,
  ],
  expired: ['This link has expired', `A share link opens for a limited time. ${askAgain}`],
  revoked: ['This link has been withdrawn', `Whoever shared the run has ended it. ${askAgain}`],
  'other-run': ['This link opens another run', 'Open the link of this run, as it was sent.'],
  closed: [
    'This site opens no share links at the moment',
    'Whoever runs the site must switch sharing on and put its key in place. Try again later.',
  ],
  unreachable: [
    'The site cannot be reached',
    'Check the connection, then try again. The link is still good.',
  ],
};

export function shareFailure(reason: string, detail: string): LoadFailure {
  const known: keyof typeof words = reason in words ? (reason as keyof typeof words) : 'closed';
  const [title, remedy] = words[known];
  return {
    kind: known === 'unreachable' ? 'unreachable' : 'refused',
    title,
    remedy,
    detail: `share link: ${detail} (${reason})`,
  };
}
