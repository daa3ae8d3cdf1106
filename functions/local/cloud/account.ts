/** The one account that owns everything in the embedded cloud. */
export const ACCOUNT = '000000000000';
