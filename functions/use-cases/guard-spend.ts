import { DAY_MS } from '../core/calendar.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { type Evidence, type Refusal, refuse } from '../core/errors.ts';
import { featureScope } from '../core/gate-tree.ts';
import { picoToUsd } from '../core/money.ts';
import { templateScope } from '../core/override/scope.ts';
import type { AttemptPlan, Plan } from '../core/route-plan.ts';
import { culpritOf } from '../core/runaway/culprit.ts';
import { judgeRate, type RateVerdict } from '../core/runaway/judge-rate.ts';
import type { Guarded } from './guard-loops.ts';
import type { HeldMoney } from './hold-money.ts';
import { isExempt } from './obey-overrides.ts';
import type { RoutePorts } from './route-ports.ts';
import { settleProbe } from './settle-money.ts';
import { tripFeature, tripTemplate } from './trip-feature.ts';

const MESSAGE = 'spends far faster than it ever did: look at what calls it, then reset it, or allow it for a while';

/** Judges what the feature spends, this call's hold included, from the leaf as its own hold has left it: nothing is read or written for it. */
export async function guardRate(
  plan: Plan,
  { bounds: { wantPico } }: AttemptPlan,
  { held, fingerprint }: { readonly held: HeldMoney; readonly fingerprint: string },
  ports: RoutePorts,
): Promise<Guarded> {
  const { feature, template, admittedAtMs } = plan;
  const recent = ports.recentCalls.note(feature.name, { template, fingerprint, wantPico, atMs: admittedAtMs });
  if (held.spending === undefined) return { warnings: [] };
  const repeats = recent.filter((call) => call.fingerprint === fingerprint).length;
  const facts = { ...held.spending, repeats, asked: recent.length };
  const verdict = judgeRate(facts, feature.loop, await ports.history.of(feature.name));
  if (verdict === undefined) return { warnings: [] };
  // A probe closes nothing as long as it finds the rate unusual: a breaker does not flap around its own limit.
  const stops = verdict.level === 'trip' || held.probe;
  const isTrip = stops && !(await isExempt(plan, [verdict.rule, 'runaway_spend'], ports));
  const culprit = culpritOf(verdict.rule === 'repeated_request' ? [] : recent, template);
  const scope = culprit === undefined ? featureScope(feature.name) : templateScope(feature.name, culprit);
  const evidence = { feature: feature.name, scope, rule: verdict.rule, template, ...verdict.evidence };
  if (!isTrip) {
    await tellOnce(plan, ports, { kind: 'spend_unusual', evidence, scope: featureScope(feature.name), forMs: DAY_MS });
    return { warnings: ['spend_unusual'] };
  }
  const refusal = refuse('runaway_spend', `${scope} ${MESSAGE}`, evidence, ports.now() + feature.loop.coolDownMs);
  if (held.probe && feature.mode === 'enforce') await settleProbe(held, false, ports);
  else await trip(plan, ports, { refusal, culprit, burned: moneyOf(verdict, picoToUsd(wantPico)) });
  return { refusal, warnings: [] };
}

const moneyOf = ({ evidence }: RateVerdict, stoppedUsd: string): Evidence => ({ burnedUsd: evidence['windowUsd'] ?? '', stoppedUsd });

type Trip = { readonly refusal: Refusal; readonly culprit: string | undefined; readonly burned: Evidence };

/** Opens the culprit's breaker; of however many callers see it, one alerts. Failing never fails the call's refusal. */
async function trip(plan: Plan, ports: RoutePorts, { refusal, culprit, burned }: Trip): Promise<void> {
  const { feature } = plan;
  const { reason } = refusal;
  const alert = { kind: reason, scope: String(refusal.evidence['scope']), evidence: { ...refusal.evidence, ...burned } };
  try {
    if (feature.mode === 'observe') return await tellOnce(plan, ports, { ...alert, forMs: DAY_MS });
    const won =
      culprit === undefined ? tripFeature(feature.name, { reason }, ports) : tripTemplate(feature.name, culprit, { reason }, ports);
    if (await won) await tell(plan, ports, alert);
  } catch (error) {
    ports.log('trip_not_marked', { feature: feature.name, reason }, error);
  }
}

type Told = { readonly kind: string; readonly scope: string; readonly evidence: Evidence };

/** Of however many callers see the same, one tells, once in that time. */
async function tellOnce(plan: Plan, ports: RoutePorts, { forMs, ...told }: Told & { readonly forMs: number }): Promise<void> {
  const atMs = ports.now();
  try {
    if (!ports.recentCalls.isNews(`${told.kind} ${told.scope}`, atMs, forMs)) return;
    // '#' is in no run's name, so a mark is never mistaken for a run.
    const mark = `told#${await ports.fingerprints.of(canonicalJson([told.kind, told.scope]))}`;
    const won = await ports.runs.trip(plan.feature.name, mark, { untilMs: atMs + forMs, reason: told.kind, atMs });
    if (won === 'changed') await tell(plan, ports, told);
  } catch (error) {
    ports.log('trip_not_marked', { feature: plan.feature.name, reason: told.kind }, error);
  }
}

async function tell({ feature }: Plan, ports: RoutePorts, { kind, scope, evidence }: Told): Promise<void> {
  const goesOn = kind === 'spend_unusual' || feature.mode === 'observe' ? 'It goes on' : 'It was stopped';
  const summary = `${scope} has spent $${evidence['windowUsd']} in ten minutes, far more than is usual. ${goesOn}.`;
  try {
    await ports.alerts.publish({ kind, scope, owner: feature.owner, summary, evidence });
  } catch (error) {
    ports.log('alert_not_sent', { scope }, error);
  }
}
