/** A Bedrock ARN taken apart: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic…`. */
export type BedrockArn = {
  readonly partition: string;
  readonly region: string;
  readonly kind: 'foundation-model' | 'inference-profile' | 'application-inference-profile';
  /** The id of a model or system profile; for an application profile a name that AWS made up, which says nothing of its model. */
  readonly resource: string;
};

const KINDS: readonly BedrockArn['kind'][] = ['foundation-model', 'inference-profile', 'application-inference-profile'];
const ARN = /^arn:([^:]+):bedrock:([^:]+):\d*:([a-z-]+)\/([^/\s]+)$/;

/** Undefined for what is no ARN of a model or an inference profile. */
export function parseBedrockArn(id: string): BedrockArn | undefined {
  const [, partition, region, kindText, resource] = ARN.exec(id) ?? [];
  const kind = KINDS.find((known) => known === kindText);
  if (partition === undefined || region === undefined || kind === undefined || resource === undefined) return undefined;
  return { partition, region, kind, resource };
}

export const isArn = (id: string): boolean => id.startsWith('arn:');
export const isApplicationProfile = (id: string): boolean => parseBedrockArn(id)?.kind === 'application-inference-profile';

/** The model's or system profile's own id, from an ARN of either or from the id itself; undefined where the ARN does not tell. */
export function idBehind(idOrArn: string): string | undefined {
  if (!isArn(idOrArn)) return idOrArn;
  const arn = parseBedrockArn(idOrArn);
  return arn === undefined || arn.kind === 'application-inference-profile' ? undefined : arn.resource;
}
