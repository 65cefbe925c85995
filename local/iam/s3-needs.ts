import type { AwsCall } from '../backend.ts';
import { bucketArn } from '../physical.ts';
import type { Need } from './need.ts';

/** What IAM asks for an S3 call (path style); undefined when it is not known here. */
export function s3Needs(call: AwsCall): readonly Need[] | undefined {
  const { pathname, searchParams } = new URL(call.url, 'http://s3');
  const [bucket = '', ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const actions = key === '' ? bucketActions(call, searchParams) : objectActions(call, searchParams);
  if (actions === undefined) return undefined;
  if (actions === 'delete-many') {
    const keys = [...call.body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, name = '']) => name);
    return keys.map((name) => ({ action: 's3:DeleteObject', resource: `${bucketArn(bucket)}/${name}` }));
  }
  const resource = key === '' ? bucketArn(bucket) : `${bucketArn(bucket)}/${key}`;
  const prefix = searchParams.get('prefix');
  const needs: Need[] = [{ action: actions, resource, ...(prefix === null ? {} : { context: { 's3:prefix': prefix } }) }];
  const source = call.headers['x-amz-copy-source'];
  if (source !== undefined)
    needs.push({ action: 's3:GetObject', resource: `arn:aws:s3:::${decodeURIComponent(source).replace(/^\//, '')}` });
  return needs;
}

function bucketActions(call: AwsCall, query: URLSearchParams): string | undefined {
  if (call.method === 'POST' && query.has('delete')) return 'delete-many';
  if (query.has('uploads')) return 's3:ListBucketMultipartUploads';
  const isListing = call.method === 'HEAD' || (call.method === 'GET' && [...query.keys()].every((name) => LISTING.has(name)));
  return isListing ? 's3:ListBucket' : undefined;
}

const LISTING = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'marker',
  'max-keys',
  'start-after',
  'continuation-token',
  'encoding-type',
  'fetch-owner',
  'x-id',
]);

/** Every step of an upload in parts is a PutObject, but for giving it up and looking at it. */
function objectActions(call: AwsCall, query: URLSearchParams): string | undefined {
  if (query.has('uploadId') && call.method === 'DELETE') return 's3:AbortMultipartUpload';
  if (query.has('uploadId') && call.method === 'GET') return 's3:ListMultipartUploadParts';
  if (call.method === 'PUT' || call.method === 'POST') return 's3:PutObject';
  if (call.method === 'GET' || call.method === 'HEAD') return 's3:GetObject';
  return call.method === 'DELETE' ? 's3:DeleteObject' : undefined;
}
