import type { Backend } from '../../local/backend.ts';

/** S3 of one map `bucket/key -> text`: enough for GetObject, PutObject and multipart uploads of the real client. */
export function s3InMemory(objects: Map<string, string>): Backend {
  return async (call, response) => {
    const { pathname } = new URL(call.url, 'http://s3');
    const key = decodeURIComponent(pathname.slice(1));
    if (call.method === 'PUT') {
      objects.set(key, textOf(call.body, call.headers['content-encoding'] === 'aws-chunked'));
      response.setHeader('etag', '"1"');
      response.end();
      return;
    }
    const found = objects.get(key);
    response.statusCode = found === undefined ? 404 : 200;
    response.setHeader('content-type', found === undefined ? 'application/xml' : 'text/plain');
    response.end(found ?? '<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>');
  };
}

/** What the client sends in aws-chunked coding, joined again: `<hex length>[;...]\r\n<bytes>\r\n`. */
function textOf(body: Buffer, chunked: boolean): string {
  if (!chunked) return body.toString('utf8');
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(length > 0)) break;
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return Buffer.concat(parts).toString('utf8');
}
