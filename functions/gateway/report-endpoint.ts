import { httpProblem } from '../runtime/http.ts';
import type { GatewayPorts } from './gateway-ports.ts';

const WEEK = /^\d{4}-W\d{2}$/;
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'",
};

/** GET /reports/<week>?t=<token>: the page that the Friday mail links to. A wrong token and a missing report look the same. */
export async function answerReport(week: string, token: string, ports: GatewayPorts): Promise<Response> {
  const missing = () => httpProblem(404, 'not_found', 'there is no such report, or the link is not whole: take it from the mail');
  if (!WEEK.test(week) || token === '') return missing();
  const expected = await ports.reports.hashOf(week);
  // Hashes are compared, not tokens: how long it takes says nothing about the token.
  if (expected === undefined || ports.sha256(token) !== expected) return missing();
  const page = await ports.blobs.get(`reports/${week}/index.html`);
  return page === undefined ? missing() : new Response(page, { headers: HEADERS });
}
