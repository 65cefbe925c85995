import type { AwsCall } from '../backend.ts';
import { GEOGRAPHY } from '../bedrock/models.ts';
import { parseObject } from '../json.ts';
import { arn, REGION } from '../physical.ts';
import type { Need, ProfileSource } from './need.ts';

/** Regions that a geography's profile routes to; a call needs the right to the model in each. Of the service's list, those of the United States and Europe. */
const GEOGRAPHIES: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-3'],
  // The ARN of a model behind a global profile has no region.
  global: [REGION, ''],
};

const OPERATIONS: Readonly<Record<string, string>> = {
  converse: 'bedrock:InvokeModel',
  invoke: 'bedrock:InvokeModel',
  'converse-stream': 'bedrock:InvokeModelWithResponseStream',
  'invoke-with-response-stream': 'bedrock:InvokeModelWithResponseStream',
  'count-tokens': 'bedrock:CountTokens',
};

/** What IAM asks for a Bedrock call; undefined when it is not known here. */
export function bedrockNeeds(call: AwsCall, profileSource: ProfileSource): readonly Need[] | undefined {
  const { pathname } = new URL(call.url, 'http://bedrock');
  const [resource = '', id = '', operation = ''] = pathname.slice(1).split('/').map(decodeURIComponent);
  if (resource === 'model' && call.method === 'POST') {
    const action = OPERATIONS[operation];
    return action === undefined ? undefined : modelNeeds(action, id, profileSource);
  }
  if (resource === 'model-invocation-jobs') return [{ action: 'bedrock:ListModelInvocationJobs', resource: '*' }];
  if (resource !== 'model-invocation-job') return undefined;
  if (call.method === 'POST' && id === '') return createJobNeeds(call, profileSource);
  const job = id.startsWith('arn:') ? id : arn('bedrock', `model-invocation-job/${id}`);
  const action = operation === 'stop' ? 'bedrock:StopModelInvocationJob' : 'bedrock:GetModelInvocationJob';
  return [{ action, resource: job }];
}

/** Which of these AWS really evaluates for a job is not documented in full; asking for all is the safe side. */
function createJobNeeds(call: AwsCall, profileSource: ProfileSource): readonly Need[] {
  const body = parseObject(call.body);
  const action = 'bedrock:CreateModelInvocationJob';
  return [
    ...modelNeeds(action, String(body['modelId']), profileSource),
    { action, resource: arn('bedrock', 'model-invocation-job/new') },
    {
      action: 'iam:PassRole',
      resource: String(body['roleArn']),
      context: { 'iam:PassedToService': 'bedrock.amazonaws.com' },
    },
  ];
}

/** The right to a model, by id or ARN: through a profile it is the profile AND the model in every region behind it. */
export function modelNeeds(action: string, idOrArn: string, profileSource: ProfileSource): readonly Need[] {
  if (idOrArn.includes(':application-inference-profile/')) {
    const source = profileSource(idOrArn);
    const context = { 'bedrock:InferenceProfileArn': idOrArn };
    const behind = source === undefined ? [] : modelNeeds(action, source, profileSource).filter(({ resource }) => isModel(resource));
    return [{ action, resource: idOrArn }, ...behind.map((need) => ({ ...need, context }))];
  }
  const id = idOrArn.replace(/^arn:.*?(foundation-model|inference-profile)\//, '');
  const geography = GEOGRAPHY.exec(id)?.[1];
  if (geography === undefined) return [{ action, resource: modelArn(REGION, id) }];
  const profile = arn('bedrock', `inference-profile/${id}`);
  const context = { 'bedrock:InferenceProfileArn': profile };
  const model = id.replace(GEOGRAPHY, '');
  const behind = (GEOGRAPHIES[geography] ?? [REGION]).map((region) => ({ action, resource: modelArn(region, model), context }));
  return [{ action, resource: profile }, ...behind];
}

const modelArn = (region: string, id: string) => `arn:aws:bedrock:${region}::foundation-model/${id}`;
const isModel = (resource: string) => resource.includes(':foundation-model/');
