import { canonicalJson } from '../core/canonical-json.ts';
import { type Evidence, type Refusal, refuse } from '../core/errors.ts';
import type { Plan } from '../core/route-plan.ts';
import { alsoRepeating, judgeRun, type RunVerdict } from '../core/runaway/judge-run.ts';
import type { RunState } from '../ports/run-store.ts';
import type { Guarded } from './guard-loops.ts';
import { isExempt } from './obey-overrides.ts';
import type { RoutePorts } from './route-ports.ts';
import { type Entered, tripRun } from './trip-run.ts';

const MESSAGES: Readonly<Record<RunVerdict['rule'], string>> = {
  calls_per_run: 'the run has made all the calls that its feature allows, or far more than its feature’s runs make',
  usd_per_run: 'the run has spent all that its feature allows, or far more than its feature’s runs cost',
  run_depth: 'runs have begun runs, generation after generation: end the recursion, or raise loop.maxDepth',
  unusual_and_repeating: 'the run is far larger than its feature’s runs are, and its requests repeat',
  runs_per_tree: 'one run has begun more runs than its feature allows: bound them, or raise loop.maxRunsPerTree',
};

/** A new run that names its parent takes its place under it: two rounds more, once in a run's life. */
export async function placeRun({ feature, request, admittedAtMs }: Plan, run: RunState, ports: RoutePorts): Promise<RunState> {
  const { parentRun: parent } = request;
  if (request.run === undefined || parent === undefined || parent === request.run || run.calls !== 1) return run;
  return { ...run, ...(await ports.runs.join(feature.name, request.run, { parent, atMs: admittedAtMs })) };
}

/** Judges what the run has made and spent, this call included, before it is paid. */
export async function guardSize(
  plan: Plan,
  entered: Entered,
  { repeats }: { readonly repeats: boolean },
  ports: RoutePorts,
): Promise<Guarded> {
  const alone = judgeRun(entered.run, plan.feature.loop, await ports.history.of(plan.feature.name));
  if (alone === undefined) return { warnings: [] };
  const verdict = repeats ? alsoRepeating(alone) : alone;
  const warnings = ['run_unusual'] as const;
  if (verdict.level === 'warn' || (await isExempt(plan, [verdict.rule, verdict.reason], ports))) return { warnings };
  const name = plan.request.run ?? '';
  // What a tree of runs does is told of once, whichever of its runs does it.
  const ofTree = verdict.rule === 'run_depth' || verdict.rule === 'runs_per_tree';
  const culprit = (ofTree ? entered.run.root : undefined) ?? name;
  const refusal = refusalOf(plan, verdict, ofTree ? { root: culprit } : {});
  // Where a limit is set, the next call may fit it, or be allowed to pass it: the run is not closed as a whole.
  const opens = verdict.reason === 'runaway_spend';
  await tripRun(plan, ports, { refusal, identity: canonicalJson([verdict.rule, culprit]), opens, entered });
  if (plan.feature.mode === 'enforce' && !opens) ports.breakers.remember(`run:${plan.feature.name}/${name}`, refusal, ports.now());
  return { refusal, warnings: [] };
}

function refusalOf({ feature, request }: Plan, { rule, reason, evidence }: RunVerdict, of: Evidence): Refusal {
  return refuse(reason, MESSAGES[rule], { feature: feature.name, run: request.run ?? '', rule, ...of, ...evidence });
}
