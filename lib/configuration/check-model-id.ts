import { knowsOutputOf } from '../catalog/model-facts.ts';
import { idBehind, isApplicationProfile, isArn, parseBedrockArn } from '../prices/bedrock-arn.ts';
import { parseBedrockId } from '../prices/model-id.ts';
import { REGION_PRICED } from '../prices/overlay.ts';
import type { Finding } from './configuration-problem.ts';
import { namedModel, splitModelId } from './model-id.ts';
import { prefixesFor, regionMismatch } from './model-region.ts';
import type { ModelShape } from './model-shape.ts';

const EXAMPLE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

/** The model is pinned, can be called from the region, and has what its vendor needs. */
export function checkModelId(name: string, model: ModelShape, region: string): Finding[] {
  const { provider, modelId } = splitModelId(model.id);
  const floating = isFloating(modelId) ? [latest(['models', name, 'id'])] : [];
  return [
    ...floating,
    ...checkBase(name, model),
    ...(provider === 'bedrock' ? checkBedrock(name, model, region) : checkVendor(name, model)),
  ];
}

const isFloating = (modelId: string): boolean => /latest/i.test(modelId);
const latest = (path: Finding['path']): Finding => ({
  path,
  message: 'a model id must be pinned: "latest" changes under you',
  allowed: 'an id with a version or date',
});

/** An application profile's ARN does not say what model it is; every other id does. */
function checkBase(name: string, { id, base }: ModelShape): Finding[] {
  const { modelId } = splitModelId(id);
  const path = ['models', name, 'base'];
  if (!isApplicationProfile(modelId)) {
    if (base === undefined) return [];
    return [{ path, message: 'base is only for the ARN of an application inference profile', allowed: 'nothing: the id tells the model' }];
  }
  if (base === undefined) {
    const message = 'base is missing: the ARN of an application inference profile does not tell its model';
    return [{ path: ['models', name], message, allowed: `models.${name}.base: the id that the profile was made from, such as ${EXAMPLE}` }];
  }
  if (idBehind(base) === undefined)
    return [{ path, message: 'does not tell a model', allowed: `a model’s or system profile’s id or ARN, such as ${EXAMPLE}` }];
  return isFloating(base) ? [latest(path)] : [];
}

function checkVendor(name: string, { id, apiKeySecret, price, baseUrl }: ModelShape): Finding[] {
  const { provider } = splitModelId(id);
  const path = ['models', name];
  const message = `apiKeySecret is missing: ${provider} needs an API key`;
  const key = apiKeySecret === undefined ? [{ path, message, allowed: 'the name of a Secrets Manager secret' }] : [];
  if (baseUrl === undefined || price !== undefined) return key;
  const priced = `priced as at ${provider} itself; ${baseUrl} may charge otherwise`;
  return [
    ...key,
    { path: [...path, 'baseUrl'], severity: 'warning', message: priced, allowed: `that server’s price under models.${name}.price` },
  ];
}

function checkBedrock(name: string, model: ModelShape, region: string): Finding[] {
  const path = ['models', name, 'id'];
  const raw = splitModelId(model.id).modelId;
  const { modelId } = namedModel(model);
  const key = {
    path: ['models', name, 'apiKeySecret'],
    message: 'Bedrock takes no API key',
    allowed: 'nothing: the functions’ roles are used',
  };
  return [
    ...(model.apiKeySecret === undefined ? [] : [key]),
    ...checkArn(path, raw, region),
    ...(isApplicationProfile(raw) && model.base !== undefined && isArn(model.base)
      ? checkArn(['models', name, 'base'], model.base, region)
      : []),
    ...(modelId === '' ? [] : checkRegion(isApplicationProfile(raw) ? ['models', name, 'base'] : path, name, model, modelId, region)),
  ];
}

function checkArn(path: Finding['path'], id: string, region: string): Finding[] {
  if (!isArn(id)) return [];
  const arn = parseBedrockArn(id);
  if (arn === undefined) {
    const allowed =
      'arn:aws:bedrock:REGION::foundation-model/…, arn:aws:bedrock:REGION:ACCOUNT:inference-profile/…, …:application-inference-profile/…';
    return [{ path, message: 'not the ARN of a Bedrock foundation model or inference profile', allowed }];
  }
  if (arn.region === region) return [];
  return [
    { path, message: `an ARN of ${arn.region} cannot be called from the region ${region}`, allowed: `an ARN of ${region}, or an id` },
  ];
}

function checkRegion(path: Finding['path'], name: string, model: ModelShape, modelId: string, region: string): Finding[] {
  const { prefix, base } = parseBedrockId(modelId);
  const findings: Finding[] = [];
  const mismatch = regionMismatch(prefix, region);
  if (mismatch !== undefined) {
    const allowed = `for ${region}: ${prefixesFor(region).join(', ')} or a bare id`;
    findings.push({ path, message: `prefix does not fit the region ${region}: ${mismatch}`, allowed });
  }
  if (!/^us-(east|west)-/.test(region) && REGION_PRICED.test(base) && model.price === undefined) {
    const allowed = `your region’s price under models.${name}.price`;
    findings.push({ path, severity: 'warning', message: 'priced as in the US; this region’s price may differ', allowed });
  }
  if (!knowsOutputOf(base)) {
    const message = 'unknown model: its output is bounded at 4,096 tokens and it gets few cache points';
    findings.push({ path, severity: 'warning', message });
  }
  return findings;
}
