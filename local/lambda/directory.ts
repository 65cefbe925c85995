import type { FunctionHost } from './host.ts';

/** A function that can be invoked, and what the template says about who retries it. */
export type Deployed = {
  readonly host: FunctionHost;
  /** Its id in the template. */
  readonly logicalId: string;
  readonly aliases: readonly string[];
  /** Retries of a failed asynchronous invocation: 2 unless AWS::Lambda::EventInvokeConfig says otherwise. */
  readonly maximumRetryAttempts: number;
};

export type Target = Deployed & { readonly invokedFunctionArn: string };

/** All functions by name, as the Lambda service finds them: by name, partial or whole ARN, with or without a qualifier. */
export class FunctionDirectory {
  readonly #byName = new Map<string, Deployed>();

  add(deployed: Deployed): void {
    this.#byName.set(deployed.host.options.spec.name, deployed);
  }

  all(): readonly Deployed[] {
    return [...this.#byName.values()];
  }

  /** `undefined`: no such function, or no such alias of it. */
  find(reference: string, qualifierParameter?: string): Target | undefined {
    const parts = reference.split(':');
    const at = parts.indexOf('function');
    const [name = '', qualifierInName] = at === -1 ? parts : parts.slice(at + 1);
    const qualifier = qualifierParameter ?? qualifierInName;
    const deployed = this.#byName.get(name);
    if (deployed === undefined) return undefined;
    const { arn } = deployed.host.options.spec;
    if (qualifier === undefined) return { ...deployed, invokedFunctionArn: arn };
    if (qualifier !== '$LATEST' && !deployed.aliases.includes(qualifier)) return undefined;
    return { ...deployed, invokedFunctionArn: `${arn}:${qualifier}` };
  }
}
