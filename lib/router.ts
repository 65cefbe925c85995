import { ArnPrincipal, Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/router/contract.ts';
import type { Foundation } from './foundation.ts';
import { SpillwayFunction } from './spillway-function.ts';

/** A retry by Lambda would be a second, billed call of the model. */
const ASYNC_RETRIES = 0;
/** Waiting for a model is most of a call and is paid by memory; a seventh of a core is enough to sign and parse. */
const MEMORY_MIB = 256;

export type RouterProps = {
  /** Role ARNs that may invoke a feature's alias, by feature. */
  readonly callers: Readonly<Record<string, readonly string[]>>;
};

/** The routing function, which services invoke. One alias per feature lets IAM prove who calls. */
export class Router extends Construct {
  readonly function: SpillwayFunction<typeof contract>;
  private readonly aliases: Readonly<Record<string, Alias>>;

  constructor(scope: Construct, id: string, foundation: Foundation, props: RouterProps) {
    super(scope, id);
    const { settings } = foundation;
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: answers a request with the cheapest model that can do the work, or says why not',
      code: foundation.codeOf('router'),
      contract,
      environment: foundation.environment,
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: settings.timeoutSeconds,
      asyncRetries: ASYNC_RETRIES,
    });
    foundation.grantRouting(this.function);
    this.aliases = Object.fromEntries(Object.keys(settings.features).map((feature) => [feature, this.aliasOf(feature)]));
    for (const [feature, roles] of Object.entries(props.callers)) this.allow(feature, roles);
  }

  /** Lets the caller spend as this feature, and as no other: it must invoke `<router>:<feature>`. */
  grantRoute(grantee: IGrantable, feature: string): Grant {
    const resourceArns = [this.alias(feature).functionArn];
    return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns });
  }

  /** The callers that the configuration names, by the alias's own policy: their roles may live in another account. */
  private allow(feature: string, roles: readonly string[]): void {
    for (const [index, role] of roles.entries()) this.alias(feature).addPermission(`Caller${index}`, { principal: new ArnPrincipal(role) });
  }

  private alias(feature: string): Alias {
    const alias = this.aliases[feature];
    if (alias === undefined) throw new RangeError(`the configuration has no feature "${feature}"`);
    return alias;
  }

  private aliasOf(feature: string): Alias {
    if (/^\d+$/.test(feature)) throw new RangeError(`feature "${feature}": Lambda has no aliases of digits alone; give the name a letter`);
    const aliasName = feature;
    return new Alias(this, `Alias.${feature}`, { aliasName, version: this.function.resource.latestVersion, retryAttempts: ASYNC_RETRIES });
  }
}
