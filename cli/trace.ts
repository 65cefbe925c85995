import { localDay } from '../functions/core/calendar.ts';
import { traceSpend } from '../functions/use-cases/trace-spend.ts';
import type { OperatedStack } from './operated-stack.ts';
import { OperatorError } from './terminal.ts';
import { traceJson } from './trace-json.ts';
import { traceText } from './trace-text.ts';
import { usagePorts } from './usage-ports.ts';
import type { VerbOptions } from './verb-options.ts';

export type TraceOptions = VerbOptions & { readonly feature?: string; readonly day?: string };

/** Finds what is behind a spike and tells it. */
export async function trace(stack: OperatedStack, options: TraceOptions): Promise<string> {
  const ports = await usagePorts(stack);
  const { settings, now } = ports;
  const today = localDay(now(), settings.timezone);
  if (options.day !== undefined && options.day > today) throw new OperatorError(`${options.day} has not begun: today is ${today}`);
  const found = await traceSpend(options, ports);
  // A feature that left the configuration may still have a past.
  if (found.kind === 'no_usage' && options.feature !== undefined && settings.features[options.feature] === undefined)
    throw new OperatorError(`no feature ${options.feature}, and no usage of it: there are ${Object.keys(settings.features).join(', ')}`);
  return options.json === true ? JSON.stringify(traceJson(found, options, settings)) : traceText(found, options, settings);
}
