import type { Backend } from './backend.ts';
import { AwsError, sendError, sendJson } from './bedrock/aws-error.ts';

/** A parameter as the template gives it, its value resolved. */
export type SsmParameter = { readonly type: string; readonly value: string };
type Request = { readonly [field: string]: unknown };

const PAGE = 10;

function describe(name: string, { type, value }: SsmParameter) {
  return { Name: name, Type: type, Value: value, Version: 1, DataType: 'text', ARN: `arn:aws:ssm:us-east-1:000000000000:parameter${name}` };
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

function byPath(parameters: ReadonlyMap<string, SsmParameter>, request: Request) {
  const path = `${String(request['Path']).replace(/\/+$/, '')}/`;
  const isUnder = (name: string) => name.startsWith(path) && (request['Recursive'] === true || !name.slice(path.length).includes('/'));
  const found = [...parameters].filter(([name]) => isUnder(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const start = Number(request['NextToken'] ?? 0);
  const end = start + Math.min(Number(request['MaxResults'] ?? PAGE), PAGE);
  return {
    Parameters: found.slice(start, end).map(([name, parameter]) => describe(name, parameter)),
    ...(end < found.length ? { NextToken: String(end) } : {}),
  };
}

function answer(parameters: ReadonlyMap<string, SsmParameter>, operation: string, request: Request): unknown {
  if (operation === 'GetParametersByPath') return byPath(parameters, request);
  if (operation === 'GetParameter') {
    const name = String(request['Name']);
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new AwsError('ParameterNotFound', `no parameter ${name}`);
    return { Parameter: describe(name, parameter) };
  }
  if (operation !== 'GetParameters') throw new AwsError('UnknownOperationException', `the SSM stand-in has no ${operation}`);
  const found = textsOf(request['Names']).map((name) => ({ name, parameter: parameters.get(name) }));
  return {
    Parameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [] : [describe(name, parameter)])),
    InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
  };
}

/** Parameter Store, read only: the template's parameters. Pages hold 10, as AWS's do. */
export function ssmStandIn(parameters: ReadonlyMap<string, SsmParameter>): Backend {
  return async (call, response) => {
    const operation = (call.headers['x-amz-target'] ?? '').replace(/^AmazonSSM\./, '');
    try {
      const request: Request = JSON.parse(call.body.toString('utf8') || '{}');
      sendJson(response, answer(parameters, operation, request), 200, { 'content-type': 'application/x-amz-json-1.1' });
    } catch (error) {
      if (error instanceof AwsError) return sendError(response, error);
      sendError(response, new AwsError('ValidationException', 'the body is not JSON'));
    }
  };
}
