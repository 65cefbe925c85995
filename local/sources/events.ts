import { randomUUID } from 'node:crypto';
import type { Guard } from '../iam/guard.ts';
import { type JsonObject, list, object, text } from '../json.ts';
import type { FunctionDirectory, Target } from '../lambda/directory.ts';
import type { InvocationResult } from '../lambda/protocol.ts';
import type { Template } from '../template.ts';
import { matchesPattern } from './event-pattern.ts';

export type EventBusOptions = {
  readonly template: Template;
  readonly functions: FunctionDirectory;
  readonly guard: Guard;
  readonly warn: (line: string) => void;
};

/** The default event bus: gives an event to the targets of every rule whose pattern it fits, asynchronously, as EventBridge does. */
export class EventBus {
  readonly #options: EventBusOptions;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Resolves when every target has run: how each run ended is in its function's log. */
  async put(event: JsonObject): Promise<void> {
    const rules = this.#options.template.resources('AWS::Events::Rule').filter(({ properties }) => isFor(properties, event));
    await Promise.all(
      rules.flatMap((rule) =>
        list(rule.properties['Targets'], rule.id).map((target) =>
          this.#deliver(rule.id, text(object(target, rule.id)['Arn'], rule.id), event),
        ),
      ),
    );
  }

  async #deliver(ruleId: string, targetArn: string, event: JsonObject): Promise<void> {
    const { functions, template, guard, warn } = this.#options;
    const target = functions.find(targetArn);
    if (target === undefined) return warn(`rule ${ruleId}: its target ${targetArn} is no function of the stack`);
    if (!guard.invocable(target.logicalId, 'events.amazonaws.com', template.attribute(ruleId, 'Arn'))) {
      return warn(`rule ${ruleId}: no AWS::Lambda::Permission lets it invoke ${target.logicalId}`);
    }
    await invoke(target, event);
  }
}

const isFor = (rule: JsonObject, event: JsonObject): boolean =>
  rule['State'] !== 'DISABLED' && rule['EventPattern'] !== undefined && matchesPattern(object(rule['EventPattern'], 'EventPattern'), event);

/** Invokes a function with an event, as a service does. */
export function invoke(target: Target, event: JsonObject): Promise<InvocationResult> {
  return target.host.invoke({ requestId: randomUUID(), invokedFunctionArn: target.invokedFunctionArn, payload: JSON.stringify(event) });
}
