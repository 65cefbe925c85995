import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ModelSettings, Settings } from '../functions/core/settings.ts';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import { parseBedrockId } from './prices/model-id.ts';

/** `us.anthropic...` is a cross-region profile, which routes within its geography; a bare id is a model of our own region. */
const isProfile = ({ modelId }: ModelSettings) => parseBedrockId(modelId).prefix !== '';
const baseId = (model: ModelSettings) => (isProfile(model) ? model.modelId.slice(model.modelId.indexOf('.') + 1) : model.modelId);

/** What an application inference profile of this model is copied from: the geography's profile, or the model in our region. */
export function copySource(scope: Construct, model: ModelSettings): string {
  const { partition, region } = Stack.of(scope);
  return isProfile(model) ? profileArn(scope, model) : `arn:${partition}:bedrock:${region}::foundation-model/${model.modelId}`;
}

function profileArn(scope: Construct, model: ModelSettings): string {
  return Stack.of(scope).formatArn({ service: 'bedrock', resource: 'inference-profile', resourceName: model.modelId });
}

/** About 4.5 KB: a managed policy ends at 6,144 characters. */
const ARNS_A_STATEMENT = 40;

const inParts = (arns: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(arns.length / size) }, (_, at) => arns.slice(at * size, (at + 1) * size));

/** Which models may be called: those of the configuration, and no other. Law 2, held by IAM as well. */
export class ModelAccess extends Construct {
  /** A call through a profile needs the right to the profile AND to the model in every region it may be routed to. */
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { partition } = Stack.of(this);
    const models = Object.values(settings.models).filter((model) => model.provider === 'bedrock');
    this.arns = [
      // Every application profile of the account: their ids are made at deployment, and 200 ARNs pass the size of a policy. A profile alone
      // opens nothing: the model behind it must be in this list too.
      Stack.of(this).formatArn({ service: 'bedrock', resource: 'application-inference-profile', resourceName: '*' }),
      ...models.filter(isProfile).map((model) => profileArn(this, model)),
      // What the configuration names by its ARN, with the account and region that this says.
      ...new Set(models.flatMap(({ calledAs }) => calledAs ?? [])),
      ...new Set(models.map((model) => `arn:${partition}:bedrock:*::foundation-model/${baseId(model)}`)),
    ];
  }

  grantConverse(grantee: IGrantable): Grant {
    return this.grant(grantee, 'bedrock:InvokeModel');
  }

  grantConverseStream(grantee: IGrantable): Grant {
    return this.grant(grantee, 'bedrock:InvokeModelWithResponseStream');
  }

  /** Start batch jobs on these models; to follow a job needs rights to the job alone. */
  grantCreateJobs(grantee: IGrantable): Grant {
    return this.grant(grantee, 'bedrock:CreateModelInvocationJob');
  }

  private grant(grantee: IGrantable, ...actions: string[]): Grant {
    acknowledgeWildcards(grantee, this.arns, 'a geography profile routes to its regions; application profiles get their ids at deployment');
    // In statements of which the CDK can move some to policies of their own: a role's inline policies end at 10,240 characters.
    const [first, ...rest] = inParts(this.arns, ARNS_A_STATEMENT).map((resourceArns) =>
      Grant.addToPrincipal({ grantee, actions, resourceArns }),
    );
    if (first === undefined) throw new RangeError('no models to grant');
    return rest.reduce((whole, part) => whole.combine(part), first);
  }
}
