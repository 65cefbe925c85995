import type { ExplainedEntry } from '../functions/core/explain/explanation.ts';
import type { PriceSince } from '../functions/core/explain/price-since.ts';
import type { Recomputed } from '../functions/core/explain/recompute.ts';
import { localTime } from '../functions/core/local-time.ts';
import { type PicoUsd, picoToUsd, sumPico } from '../functions/core/money.ts';
import type { Settings } from '../functions/core/settings.ts';
import type { Explained, InFlight } from '../functions/use-cases/explain-request.ts';
import { localMinute } from './local-minute.ts';
import { printTable } from './print-table.ts';

type Found = Extract<Explained, { kind: 'found' }>;
type Context = { readonly settings: Pick<Settings, 'timezone' | 'priceBookVersion'>; readonly nowMs: number };

/** The request for a person: every attempt with its reason, its arithmetic, and where its prices came from. */
export function explainText(requestId: string, { explanation, inFlight }: Found, context: Context): string {
  const { entries, costPico, agrees } = explanation;
  const attempts = new Set(entries.map(({ entry }) => entry.attempt)).size;
  const booked = entries.length === 0 ? 'nothing is booked yet' : `cost ${dollars(costPico)} in ${plural(attempts, 'attempt')}`;
  const held = sumPico(inFlight.filter((flight) => !flight.booked).map(({ hold }) => hold.amountPico));
  const more = held === 0n ? '' : `; ${dollars(held)} is held in flight`;
  const shout = agrees ? [] : ['MISMATCH: an entry does not cost what its own facts come to. See below.'];
  return [
    [`${requestId}: ${booked}${more}.`, ...shout].join('\n'),
    ...(entries[0] === undefined ? [] : [whoText(entries[0], context)]),
    ...entries.map((entry) => entryText(entry, context)),
    ...inFlight.map((flight) => flightText(flight, context)),
  ].join('\n\n');
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function whoText({ entry }: ExplainedEntry, { settings: { timezone } }: Context): string {
  const { admittedAtMs, hour, day, owner, team, run, templateVersion, fingerprint } = entry;
  const version = templateVersion === '' ? '' : `, version ${templateVersion}`;
  return [
    `admitted  ${localMinute(admittedAtMs, timezone)}:${localTime(admittedAtMs, timezone).slice(6)} ${timezone}, UTC hour ${hour}, local day ${day}`,
    `whose     feature ${entry.feature}, owner ${owner}, team ${team}`,
    `run       ${run ?? '(none)'}`,
    `template  ${entry.template}${version}`,
    ...(fingerprint === '' ? [] : [`request   fingerprint ${fingerprint}`]),
  ].join('\n');
}

const KINDS = { settled: 'settled', assumed: 'ASSUMED: usage unknown, booked at its whole hold', correction: 'correction by later proof' };

function entryText(explained: ExplainedEntry, context: Context): string {
  const { entry, why, recomputed } = explained;
  const called = entry.answeredBy === undefined ? entry.modelId : `${entry.modelId}, answered by ${entry.answeredBy}`;
  const took = entry.latencyMs > 0 ? ` in ${entry.latencyMs.toLocaleString('en-US')} ms` : '';
  const seen = entry.seenOutputTokens === undefined ? '' : `; some ${entry.seenOutputTokens} output tokens had come`;
  return [
    `Attempt ${entry.attempt}: ${entry.model} (${entry.arm}${entry.escalated ? ', escalated' : ''}), ${KINDS[entry.kind]}`,
    `  why     ${why} (${entry.reason})`,
    `  model   ${called}; ${entry.provider}, ${entry.mode}`,
    `  ended   ${entry.stopReason}${took}${seen}`,
    ...(entry.wouldRefuse === undefined ? [] : [`  observe enforce mode would have refused it: ${entry.wouldRefuse}`]),
    ...indented(costText(explained)),
    ...(entry.kind === 'correction' ? [] : [`  held    ${dollars(entry.holdPico)}${heldText(entry)}`]),
    ...(recomputed.lines.length === 0 && entry.kind === 'correction' ? [] : [`  price   ${priceText(explained, context)}`]),
  ].join('\n');
}

function heldText({ kind, holdPico, costPico }: ExplainedEntry['entry']): string {
  if (kind === 'assumed') return ', all of it booked';
  if (costPico > holdPico) return `: ${dollars(costPico - holdPico)} LESS than it cost`;
  return `, of which ${dollars(holdPico - costPico)} came back`;
}

const indented = (text: string): string[] => text.split('\n').map((line, at) => `  ${at === 0 ? 'cost  ' : '      '}  ${line}`);

function costText({ entry, recomputed }: ExplainedEntry): string {
  const { lines } = recomputed;
  const rows = lines.map((line) => [
    line.meter,
    line.tokens.toLocaleString('en-US'),
    `x ${dollars(line.unitPricePico * 1_000_000n)} a million`,
    `= ${dollars(line.costPico)}`,
  ]);
  const head =
    rows.length === 0
      ? []
      : printTable([['meter', 'tokens', 'price', ''], ...rows])
          .split('\n')
          .slice(1);
  return [...head, verdictText(entry.costPico, recomputed)].join('\n');
}

function verdictText(bookedPico: PicoUsd, { basis, costPico, provenPico = 0n, agrees }: Recomputed): string {
  const booked = `${dollars(bookedPico)} booked`;
  if (costPico === undefined) return `${booked}; the entry that it corrects is gone, so it cannot be checked`;
  const proof = `${dollars(provenPico)} proven less ${dollars(provenPico - costPico)} booked first`;
  const how = { tokens: 'tokens x prices', whole_hold: 'the whole hold', proof }[basis];
  return agrees ? `${booked} = ${how}` : `MISMATCH: ${booked}, but ${how} is ${dollars(costPico)}`;
}

/** Exact, to the pico-dollar. */
const dollars = (pico: PicoUsd): string => (pico < 0n ? `-$${picoToUsd(-pico)}` : `$${picoToUsd(pico)}`);

function priceText({ entry, price }: ExplainedEntry, { settings }: Context): string {
  const book = `price book ${entry.priceBook}${entry.priceBook === settings.priceBookVersion ? '' : `, now ${settings.priceBookVersion}`}`;
  return `${sinceText(price, entry.model, entry.mode)} (${book})`;
}

function sinceText(price: PriceSince, model: string, mode: string): string {
  if (price.kind === 'model_gone') return `${model} has left the configuration since`;
  if (price.kind === 'no_row') return `the configuration has no ${mode} price of ${model} for that day any more, or never had`;
  const { row } = price;
  const origin = `the row from ${row.from}: ${row.source}${row.asOf === undefined ? '' : `, as of ${row.asOf}`}`;
  if (price.kind === 'same') return `${origin}${price.longPrompt ? ', for long prompts' : ''}`;
  const changes = price.meters.map(
    ({ meter, thenPico, nowPico }) => `${meter} ${dollars(thenPico * 1_000_000n)} -> ${dollars(nowPico * 1_000_000n)}`,
  );
  return `the price has changed since: ${changes.join(', ')} a million; now ${origin}`;
}

function flightText(flight: InFlight, { settings: { timezone }, nowMs }: Context): string {
  const { leaf, attempt, hold } = flight;
  return [
    `Attempt ${attempt}: ${hold.model}, ${stateText(flight, timezone, nowMs)}`,
    `  held    ${dollars(hold.amountPico)} in ${leaf} since ${localMinute(hold.admittedAtMs, timezone)}`,
  ].join('\n');
}

function stateText({ hold, booked }: InFlight, timezone: string, nowMs: number): string {
  const until = localMinute(hold.deadlineMs, timezone);
  if (booked) return 'booked above; its hold is about to be settled, by the compactor at the latest';
  if (hold.claimed) return 'the compactor is booking it now';
  if (hold.deadlineMs > nowMs) return `in flight, at most until ${until}; what is not booked by then the compactor books whole, as assumed`;
  return `past its deadline of ${until}: the compactor's next run books it whole, as assumed, unless it finds its entry`;
}
