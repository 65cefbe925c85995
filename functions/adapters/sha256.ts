import { createHash } from 'node:crypto';

/** SHA-256 in hex: what is stored in place of keys and tokens. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
