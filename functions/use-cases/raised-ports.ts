import { raisedSettings } from '../core/override/raised-settings.ts';
import type { Known } from './known-overrides.ts';
import type { MoneyPorts } from './money-ports.ts';

/** The same ports under the caps that operators have raised. Without knowledge no raise is taken for granted. */
export function underRaises(ports: MoneyPorts, known: Known | undefined): MoneyPorts {
  const settings = raisedSettings(ports.settings, known?.overrides ?? [], ports.now());
  return settings === ports.settings ? ports : { ...ports, settings };
}
