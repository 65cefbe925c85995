import { parseSettings } from '../../functions/schemas/settings.ts';
import { isApplicationProfile } from '../../lib/prices/bedrock-arn.ts';
import type { Template } from '../template.ts';

/** What stands behind each application inference profile (by ARN): those that the template makes, and those that the configuration names. */
export function profilesOf(template: Template): ReadonlyMap<string, string> {
  return new Map([...named(template), ...made(template)]);
}

function made(template: Template): [string, string][] {
  return template.resources('AWS::Bedrock::ApplicationInferenceProfile').map(({ id, properties }) => {
    const source = properties['ModelSource'];
    const copied = typeof source === 'object' && source !== null && 'CopyFrom' in source ? String(source.CopyFrom) : '';
    return [template.attribute(id, 'InferenceProfileArn'), copied];
  });
}

/** They exist outside the template: only its stored settings tell the model behind them. */
function named(template: Template): [string, string][] {
  const parts = template
    .resources('AWS::SSM::Parameter')
    .map(({ properties }) => ({ name: String(properties['Name']), value: String(properties['Value']) }))
    .filter(({ name }) => /\/settings\/[^/]+\/\d+$/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (parts.length === 0) return [];
  const { models } = parseSettings(parts.map(({ value }) => value).join(''), {});
  return Object.values(models).flatMap(({ calledAs = '', modelId }) => (isApplicationProfile(calledAs) ? [[calledAs, modelId]] : []));
}
