import { utcHour } from './calendar.ts';
import { parseRequestId } from './ledger.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;

/** The instant that a ulid was made at. RangeError when it is none. */
export function ulidTimeMs(ulid: string): number {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(ulid)) throw new RangeError(`not a ulid: ${ulid}`);
  return [...ulid.slice(0, TIME_CHARACTERS)].reduce((time, character) => time * ALPHABET.length + ALPHABET.indexOf(character), 0);
}

/** The instant of admission that a request id carries. */
export function admissionOf(requestId: string): number {
  const parsed = parseRequestId(requestId);
  if (parsed === undefined) throw new RangeError(`not a request id: ${requestId}`);
  return ulidTimeMs(parsed.ulid);
}

/** The UTC hour of admission: where a request's ledger entries live. */
export const hourOfRequest = (requestId: string): string => utcHour(admissionOf(requestId));
