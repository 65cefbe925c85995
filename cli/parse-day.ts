import { InvalidArgumentError } from 'commander';
import { addDays } from '../functions/core/calendar.ts';

/** No ledger is older; years of empty days before it would be read one by one. */
const FIRST_DAY = '2020-01-01';

/** A local day, yyyy-mm-dd, as an argument of a verb. @throws InvalidArgumentError, which commander shows, for a day of no calendar or before any ledger. */
export function parseDay(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)) || addDays(text, 0) !== text)
    throw new InvalidArgumentError('a day is yyyy-mm-dd');
  if (text < FIRST_DAY) throw new InvalidArgumentError(`no ledger has days before ${FIRST_DAY}`);
  return text;
}
