import { readEnvironment } from '../runtime/environment.ts';
import { environment } from './contract.ts';

readEnvironment(environment);

/** Not there yet: says so. */
export const handler = (): Promise<never> => Promise.reject(new RangeError('gateway is not built yet'));
