import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Guard } from '../iam/guard.ts';
import { isObject, type JsonObject, object, parseJson, text } from '../json.ts';
import type { FunctionDirectory } from '../lambda/directory.ts';
import type { InvocationResult } from '../lambda/protocol.ts';
import { ACCOUNT, REGION } from '../physical.ts';
import type { Template, TemplateResource } from '../template.ts';
import { invoke } from './events.ts';
import { parseSchedule, type Schedule } from './schedule-expression.ts';

export type SchedulerOptions = {
  readonly template: Template;
  readonly functions: FunctionDirectory;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly warn: (line: string) => void;
};

type Entry = { readonly resource: TemplateResource; readonly targetArn: string; readonly due: Schedule };

const TICK_MS = 1_000;

/** EventBridge Scheduler: runs the template's schedules on demand and, once started, on time by the stack's clock. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #entries: readonly Entry[];
  #seenMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#seenMs = options.clock.now();
    this.#entries = options.template.resources('AWS::Scheduler::Schedule').map((resource) => ({
      resource,
      targetArn: text(target(resource)['Arn'], resource.id),
      due: parseSchedule(
        text(resource.properties['ScheduleExpression'], resource.id),
        text(resource.properties['ScheduleExpressionTimezone'] ?? 'UTC', resource.id),
        this.#seenMs,
      ),
    }));
  }

  /** From now on schedules run by themselves. A jump of the clock over several occurrences runs the schedule once. */
  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#options.clock.onAdvance(() => this.#tick());
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Runs every schedule of the function now. RangeError when it has none. */
  async runNow(functionName: string): Promise<InvocationResult> {
    const entry = this.#entries.find(({ targetArn }) => this.#options.functions.find(targetArn)?.host.options.spec.name === functionName);
    if (entry === undefined) throw new RangeError(`${functionName} has no schedule`);
    return this.#run(entry, this.#options.clock.now());
  }

  #tick(): void {
    const fromMs = this.#seenMs;
    this.#seenMs = this.#options.clock.now();
    if (this.#timer === undefined) return;
    for (const entry of this.#entries) {
      const dueMs = entry.resource.properties['State'] === 'DISABLED' ? undefined : entry.due(fromMs, this.#seenMs);
      if (dueMs !== undefined)
        this.#run(entry, dueMs).catch((error: unknown) => this.#options.warn(`${entry.resource.id}: ${String(error)}`));
    }
  }

  async #run({ resource, targetArn }: Entry, dueMs: number): Promise<InvocationResult> {
    const { template, functions, guard } = this.#options;
    const deployed = functions.find(targetArn);
    if (deployed === undefined) throw new RangeError(`schedule ${resource.id}: its target ${targetArn} is no function of the stack`);
    const roleArn = text(target(resource)['RoleArn'], resource.id);
    const scheduleArn = template.attribute(resource.id, 'Arn');
    const denial =
      (await guard.assume(roleArn, 'scheduler.amazonaws.com', scheduleArn)) ??
      (await guard.check(guard.roleOf(roleArn), { action: 'lambda:InvokeFunction', resource: targetArn }));
    if (denial !== undefined) throw new RangeError(`schedule ${resource.id}: ${denial.message}`);
    return invoke(deployed, eventOf(resource, scheduleArn, new Date(dueMs).toISOString()));
  }
}

const target = (resource: TemplateResource): JsonObject => object(resource.properties['Target'], resource.id);

/** The template's own input, its scheduled time filled in, or what the Scheduler sends without one. */
function eventOf(resource: TemplateResource, scheduleArn: string, time: string): JsonObject {
  const input = target(resource)['Input'];
  if (typeof input === 'string') {
    const value = parseJson(input.replaceAll('<aws.scheduler.scheduled-time>', time));
    return isObject(value) ? value : {};
  }
  const about = { version: '0', id: randomUUID(), account: ACCOUNT, time, region: REGION, resources: [scheduleArn] };
  return { ...about, 'detail-type': 'Scheduled Event', source: 'aws.scheduler', detail: '{}' };
}
