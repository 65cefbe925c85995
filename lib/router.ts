import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/router/contract.ts';
import type { Foundation } from './foundation.ts';
import { SpillwayFunction } from './spillway-function.ts';

/** A retry by Lambda would be a second, billed call of the model. */
const ASYNC_RETRIES = 0;
/** Waiting for a model is most of a call and is paid by memory; a seventh of a core is enough to sign and parse. */
const MEMORY_MIB = 256;

/** The routing function, which services invoke. One alias per feature lets IAM prove who calls. */
export class Router extends Construct {
  readonly function: SpillwayFunction<typeof contract>;
  private readonly aliases: Readonly<Record<string, Alias>>;

  constructor(scope: Construct, id: string, foundation: Foundation) {
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
  }

  /** Lets the caller spend as this feature, and as no other: it must invoke `<router>:<feature>`. */
  grantRoute(grantee: IGrantable, feature: string): Grant {
    const alias = this.aliases[feature];
    if (alias === undefined) throw new RangeError(`grantRoute: the configuration has no feature "${feature}"`);
    return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [alias.functionArn] });
  }

  private aliasOf(feature: string): Alias {
    const aliasName = feature;
    return new Alias(this, `Alias.${feature}`, { aliasName, version: this.function.resource.latestVersion, retryAttempts: ASYNC_RETRIES });
  }
}
