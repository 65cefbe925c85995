import { type Context, Hono } from 'hono';
import { refuse, SpillwayError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import { httpProblem, problem } from '../runtime/http.ts';
import { tooLarge } from '../runtime/invoke.ts';
import type { Log } from '../runtime/logger.ts';
import { malformed, parseOutcome } from '../schemas/route.ts';
import { recordOutcome } from '../use-cases/record-outcome.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { featureFor, type Identified, keyCheck } from './callers.ts';
import type { GatewayPorts, GatewayVariables } from './gateway-ports.ts';
import { openaiWire } from './openai-wire.ts';
import { answerReport } from './report-endpoint.ts';
import { answerRoute } from './route-endpoint.ts';
import { answerVendor } from './vendor-endpoint.ts';

type Call = Context<GatewayVariables>;

/** The gateway as a function from request to response; nothing of Lambda is in it. `log` hears even of ports that could not be made. */
export function gatewayApp(ports: () => Promise<GatewayPorts>, log: Log): Hono<GatewayVariables> {
  const app = new Hono<GatewayVariables>();
  let identify: ((headers: Headers) => Promise<Identified>) | undefined;
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.use(async (c, next) => {
    c.set('ports', await ports());
    await next();
  });
  app.get('/reports/:week', (c) => answerReport(c.req.param('week'), c.req.query('t') ?? '', c.get('ports')));
  app.use('/v1/*', async (c, next) => {
    const { settings, now } = c.get('ports');
    if (settings.gateway.auth !== 'keys') {
      c.set('caller', { keyId: settings.gateway.auth, features: 'all' });
      return next();
    }
    identify ??= keyCheck(c.get('ports'));
    const identified = await identify(c.req.raw.headers);
    if (identified.kind === 'refused') return problem(identified.refusal, now());
    c.set('caller', identified.caller);
    return next();
  });
  app.post('/v1/route', (c) => withBody(c, (body) => answerRoute(body, c.get('caller'), c.get('ports'))));
  for (const [path, wire] of VENDORS) {
    app.post(path, (c) => withBody(c, (body) => answerVendor(wire, body, c.req.raw.headers, c.get('caller'), c.get('ports'))));
  }
  app.post('/v1/outcomes', (c) => withBody(c, (body) => answerOutcome(body, c)));
  app.get('/v1/models', (c) => c.json(modelList(c.get('ports'))));
  for (const [path, allow] of METHODS)
    app.all(path, () => httpProblem(405, 'method_not_allowed', `this address takes ${allow}`, { allow }));
  app.notFound(() => httpProblem(404, 'not_found', 'there is nothing at this address'));
  app.onError((error, c) => failed(error, c.req.path, log));
  return app;
}

const VENDORS = [
  ['/v1/messages', anthropicWire],
  ['/v1/chat/completions', openaiWire],
] as const;

const METHODS: readonly (readonly [path: string, method: string])[] = [
  ['/healthz', 'GET'],
  ['/reports/:week', 'GET'],
  ['/v1/route', 'POST'],
  ['/v1/messages', 'POST'],
  ['/v1/chat/completions', 'POST'],
  ['/v1/outcomes', 'POST'],
  ['/v1/models', 'GET'],
];

/** Reads a JSON body of a size that we allow; Lambda's own bound is a little above it. */
async function withBody(c: Call, answer: (body: unknown) => Promise<Response>): Promise<Response> {
  const { now } = c.get('ports');
  const text = await c.req.text();
  const large = tooLarge(Buffer.byteLength(text));
  if (large !== undefined) return problem(large, now());
  const body = parseJson(text);
  return body === undefined ? problem(malformed('the body is not JSON').refusal, now()) : answer(body);
}

async function answerOutcome(body: unknown, c: Call): Promise<Response> {
  const ports = c.get('ports');
  const parsed = parseOutcome(body);
  if (parsed.kind === 'refused') return problem(parsed.refusal, ports.now());
  const bound = featureFor(c.get('caller'), parsed.value.requestId.split('.')[0] ?? '');
  if ('refusal' in bound) return problem(bound.refusal, ports.now());
  const recorded = await recordOutcome(parsed.value, ports);
  return recorded.kind === 'recorded' ? c.json({ recorded: true }) : problem(recorded.refusal, ports.now());
}

/** Configured names, in the shape of OpenAI's list. */
const modelList = ({ settings }: GatewayPorts) => ({
  object: 'list',
  data: [
    { id: 'auto', object: 'model', created: 0, owned_by: 'spillway' },
    ...Object.values(settings.models).map(({ name, provider }) => ({ id: name, object: 'model', created: 0, owned_by: provider })),
  ],
});

function failed(error: unknown, path: string, log: Log): Response {
  const storeIsDown = error instanceof SpillwayError && error.code === 'store_unavailable';
  log(storeIsDown ? 'store_unavailable' : 'unexpected', { path }, error);
  if (storeIsDown) return problem(refuse('store_unavailable', error.publicMessage), Date.now());
  return httpProblem(500, 'internal_error', 'Spillway failed; its log has the cause');
}
