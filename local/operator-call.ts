import { OPERATOR } from './credentials.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { REGION } from './physical.ts';

/** A service's answer to one call; `error` is the code of a refusal. */
export type OperatorAnswer = { readonly body: JsonObject; readonly error?: string };

/** The service's part of the content type and target headers, for those that speak JSON. */
const PROTOCOLS = {
  dynamodb: { version: '1.0', target: 'DynamoDB_20120810' },
  sqs: { version: '1.0', target: 'AmazonSQS' },
} as const;

/** One call as the operator, without the SDK: starting the stack then loads none of it. The signature is not checked by anybody. */
export async function operatorCall(
  endpoint: string,
  service: keyof typeof PROTOCOLS,
  operation: string,
  body: JsonObject,
): Promise<OperatorAnswer> {
  const { version, target } = PROTOCOLS[service];
  const headers = { ...signed(service), 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${operation}` };
  const response = await fetch(`${endpoint}/`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  const parsed = text === '' ? {} : parseJson(text);
  const answer = isObject(parsed) ? parsed : {};
  if (response.ok) return { body: answer };
  return { body: answer, error: String(answer['__type'] ?? response.status).replace(/^.*#/, '') };
}

export async function operatorForm(endpoint: string, service: 'sns', fields: Record<string, string>): Promise<void> {
  const headers = { ...signed(service), 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(`${endpoint}/`, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  if (!response.ok) throw new RangeError(`${service} ${fields['Action']}: ${await response.text()}`);
}

export async function createBucket(endpoint: string, name: string): Promise<void> {
  const response = await fetch(`${endpoint}/${name}`, { method: 'PUT', headers: signed('s3') });
  // 409: it is there already, from the data directory.
  if (!response.ok && response.status !== 409) throw new RangeError(`bucket ${name}: ${await response.text()}`);
}

function signed(service: string): Record<string, string> {
  const scope = `${OPERATOR.accessKeyId}/20260101/${REGION}/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=local`,
    'x-amz-date': '20260101T000000Z',
  };
}
