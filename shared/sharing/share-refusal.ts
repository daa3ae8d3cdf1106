/**
 * What the page of a share link and the door it knocks at say to each other: `GET share/redeem` with the token in
 * `x-cxai-share`; 204 with a cookie, or 403 with the reason in `x-cxai-refused`. infra/edge/share-*.js say the same.
 */
export const shareHeader = 'x-cxai-share';
export const refusalHeader = 'x-cxai-refused';

export type ShareRefusal =
  | 'missing'
  | 'malformed'
  | 'forged'
  | 'expired'
  | 'revoked'
  | 'other-run'
  /** The deny-list cannot be asked, or sharing has not been switched on there. */
  | 'closed';
