import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { CfnApplicationInferenceProfile } from 'aws-cdk-lib/aws-bedrock';
import { Construct } from 'constructs';
import type { FeatureSettings, ModelSettings, Settings } from '../functions/core/settings.ts';
import { copySource } from './model-access.ts';
import { isApplicationProfile } from './prices/bedrock-arn.ts';

/** Bedrock allows 64 characters, and no two separators in a row. */
const NAME_LENGTH = 64;

/** One tagged Bedrock application inference profile per feature and model: what makes the AWS bill show features, teams and owners. */
export class InferenceProfiles extends Construct {
  /** ARN (a token) by `<feature>/<model>`. */
  readonly arns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const arns: Record<string, string> = {};
    for (const feature of Object.values(settings.features)) {
      for (const model of modelsOf(feature, settings)) {
        const profile = new CfnApplicationInferenceProfile(this, `${feature.name}.${model.name}`, {
          inferenceProfileName: profileName(Stack.of(this).stackName, feature.name, model.name),
          modelSource: { copyFrom: copySource(this, model) },
          tags: Object.entries({ feature: feature.name, team: feature.team, owner: feature.owner, environment: settings.environment }).map(
            ([key, value]) => ({ key, value }),
          ),
        });
        arns[`${feature.name}/${model.name}`] = profile.attrInferenceProfileArn;
      }
    }
    this.arns = arns;
  }
}

/**
 * The Bedrock models that a feature's calls can reach, each once. Batch jobs take no application profile: the bill shows them by model alone.
 * Nor can one be copied from another: a model that the configuration names by one is called through that.
 */
function modelsOf({ route, allowModelOverride }: FeatureSettings, settings: Settings): ModelSettings[] {
  const fallback = [...(route.fallback?.cheap ?? []), ...(route.fallback?.strong ?? [])];
  const names = new Set([route.cheap, route.strong, ...fallback, ...(allowModelOverride ? Object.keys(settings.models) : [])]);
  const copied = ({ provider, calledAs = '' }: ModelSettings) => provider === 'bedrock' && !isApplicationProfile(calledAs);
  return [...names].flatMap((name) => settings.models[name] ?? []).filter(copied);
}

/** `<stack> <feature> <model>`: readable where it fits; otherwise cut, and told apart by a hash of the whole. No part has a space of its own. */
function profileName(...parts: readonly string[]): string {
  const whole = parts.join(' ');
  const legal = whole.replace(/([ _-])[ _-]+/g, '$1');
  if (legal === whole && whole.length <= NAME_LENGTH) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${legal.slice(0, NAME_LENGTH - hash.length - 1).replace(/[ _-]$/, '')}-${hash}`;
}
