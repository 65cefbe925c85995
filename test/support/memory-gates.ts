import { monthOf } from '../../functions/core/calendar.ts';
import { type ChunkHold, emptyGate, type Gate, type Hold, type Scope, transferKey } from '../../functions/core/gate.ts';
import { WHOLE_FEATURE } from '../../functions/core/gate-pause.ts';
import type { PicoUsd } from '../../functions/core/money.ts';
import { windowOf } from '../../functions/core/runaway/spend-window.ts';
import type { GateStore, GateWrite, HoldWrite, Room } from '../../functions/ports/gate-store.ts';

/** Rules that a test takes away to see that it notices. */
export type GateMutation =
  | 'claim leaves the watermark'
  | 'grant spends no allowance'
  | 'take forgets what was seen'
  | 'settle needs no hold'
  | 'unhold takes a claimed hold'
  | 'hold asks for no cap'
  | 'accept forgets what was seen'
  | 'hold counts a repeat'
  | 'unhold needs no hold'
  | 'a trip counts from what is there'
  | 'a probe takes no lease';

type Money = Record<string, PicoUsd>;
type State = { -readonly [Field in keyof Gate]: Gate[Field] extends Readonly<Record<string, PicoUsd>> ? Money : Gate[Field] };

/** Holds, chunks and breaker are replaced, never changed in place. */
const copyOf = (gate: Gate): State => ({
  ...gate,
  committedByDay: { ...gate.committedByDay },
  committedByMonth: { ...gate.committedByMonth },
  committedByHour: { ...gate.committedByHour },
  committedByWindow: { ...gate.committedByWindow },
  allowance: { ...gate.allowance },
  granted: { ...gate.granted },
  acceptedBack: { ...gate.acceptedBack },
  received: { ...gate.received },
  returned: { ...gate.returned },
});

const add = (money: Money, key: string, amount: PicoUsd) => {
  money[key] = (money[key] ?? 0n) + amount;
};
const fits = (amount: PicoUsd | undefined, room: PicoUsd | undefined) => room === undefined || (room >= 0n && (amount ?? 0n) <= room);
const sameHold = (a: Hold, b: Hold) => a.id === b.id && a.amountPico === b.amountPico && a.day === b.day && a.deadlineMs === b.deadlineMs;
const sameChunk = (a: ChunkHold, b: ChunkHold) =>
  a.chunkId === b.chunkId && a.amountPico === b.amountPico && a.phase === b.phase && a.day === b.day && a.deadlineMs === b.deadlineMs;

/** Gates in memory, by the same rules as the store's; every method decides and writes in one step. `peek` reads without a copy. */
export function memoryGates(mutation?: GateMutation): GateStore & { peek(scope: Scope): Gate; scopes(): Scope[] } {
  const gates = new Map<Scope, State>();
  const at = (scope: Scope): State => {
    const known = gates.get(scope);
    if (known !== undefined) return known;
    const made = copyOf(emptyGate(scope));
    gates.set(scope, made);
    return made;
  };
  const roomy = (gate: State, room: Room, day: string, hour?: string) =>
    mutation === 'hold asks for no cap' ||
    (fits(gate.committedByDay[day], room.dayPico) &&
      fits(gate.committedByMonth[monthOf(day)], room.monthPico) &&
      (hour === undefined || fits(gate.committedByHour[hour], room.hourPico)));
  const commit = (gate: State, day: string, amount: PicoUsd) => {
    add(gate.committedByDay, day, amount);
    add(gate.committedByMonth, monthOf(day), amount);
  };
  const spend = (gate: State, day: string, amount: PicoUsd, hour?: string) => {
    commit(gate, day, amount);
    add(gate.allowance, day, -amount);
    if (hour !== undefined) add(gate.committedByHour, hour, amount);
  };
  const result = (changed: boolean): Promise<GateWrite> => Promise.resolve(changed ? 'changed' : 'refused');
  const holdResult = (gate: State, changed: boolean): Promise<HoldWrite> =>
    Promise.resolve(changed ? { kind: 'changed', gate: copyOf(gate) } : { kind: 'refused' });
  const place = (gate: State, hold: Hold) => {
    gate.holds = [...gate.holds, hold];
    spend(gate, hold.day, hold.amountPico, hold.hour);
    add(gate.committedByWindow, windowOf(hold.admittedAtMs), hold.amountPico);
  };
  const paused = (gate: State, part: string, atMs: number) => (gate.pauses[part] ?? 0) > atMs;
  const free = (gate: State, hold: Hold) =>
    (mutation === 'hold counts a repeat' || !gate.holds.some(({ id }) => id === hold.id)) &&
    gate.watermarkMs < hold.admittedAtMs &&
    ![WHOLE_FEATURE, hold.template].some((part) => paused(gate, part, hold.admittedAtMs));
  const afforded = (gate: State, hold: Hold, room: Room) =>
    roomy(gate, room, hold.day, hold.hour) && (gate.allowance[hold.day] ?? -1n) >= hold.amountPico;
  const drop = (gate: State, hold: Hold, realPico: PicoUsd) => {
    gate.holds = gate.holds.filter(({ id }) => id !== hold.id);
    spend(gate, hold.day, realPico - hold.amountPico, hold.hour);
    add(gate.committedByWindow, windowOf(hold.admittedAtMs), realPico - hold.amountPico);
  };
  return {
    peek: at,
    scopes: () => [...gates.keys()],
    read: (scope) => Promise.resolve(copyOf(at(scope))),
    hold(scope, hold, room, { debtAllowed }) {
      const gate = at(scope);
      const admits = debtAllowed || (afforded(gate, hold, room) && gate.breaker.openUntilMs === undefined);
      const changed = free(gate, hold) && admits;
      if (changed) place(gate, hold);
      return holdResult(gate, changed);
    },
    probe(scope, hold, room, { seenOpenUntilMs, untilMs }) {
      const gate = at(scope);
      const changed = free(gate, hold) && afforded(gate, hold, room) && gate.breaker.openUntilMs === seenOpenUntilMs;
      if (changed) {
        place(gate, hold);
        if (mutation !== 'a probe takes no lease') gate.breaker = { ...gate.breaker, openUntilMs: untilMs, probeId: hold.id };
      }
      return holdResult(gate, changed);
    },
    unhold(scope, hold) {
      const gate = at(scope);
      const known = gate.holds.find((candidate) => sameHold(candidate, hold));
      const own = known !== undefined && (!known.claimed || mutation === 'unhold takes a claimed hold');
      const changed = own || mutation === 'unhold needs no hold';
      if (changed) drop(gate, hold, 0n);
      return result(changed);
    },
    claim(scope, hold, watermarkMs) {
      const gate = at(scope);
      const changed = gate.holds.some(({ id }) => id === hold.id);
      if (changed) gate.holds = gate.holds.map((known) => (known.id === hold.id ? { ...known, claimed: true } : known));
      if (changed && mutation !== 'claim leaves the watermark') gate.watermarkMs = Math.max(gate.watermarkMs, watermarkMs);
      return result(changed);
    },
    settle(scope, hold, realPico) {
      const gate = at(scope);
      const changed = mutation === 'settle needs no hold' || gate.holds.some(({ id }) => id === hold.id);
      if (changed) drop(gate, hold, realPico);
      return result(changed);
    },
    grant(parent, { child, day, seenPico, addPico, spendsAllowance }, room) {
      const gate = at(parent);
      const key = transferKey(child, day);
      const spends = spendsAllowance && mutation !== 'grant spends no allowance';
      const affordable = !spends || (gate.allowance[day] ?? -1n) >= addPico;
      const changed = (gate.granted[key] ?? 0n) === seenPico && affordable && roomy(gate, room, day);
      if (changed) {
        gate.granted[key] = seenPico + addPico;
        commit(gate, day, addPico);
        if (spends) add(gate.allowance, day, -addPico);
      }
      return result(changed);
    },
    take(child, { day, seenPico, grantedPico }) {
      const gate = at(child);
      const changed = mutation === 'take forgets what was seen' || (gate.received[day] ?? 0n) === seenPico;
      if (changed) {
        gate.received[day] = grantedPico;
        add(gate.allowance, day, grantedPico - seenPico);
      }
      return result(changed);
    },
    giveBack(child, { day, seenPico, addPico }) {
      const gate = at(child);
      const changed = (gate.returned[day] ?? 0n) === seenPico && (gate.allowance[day] ?? -1n) >= addPico;
      if (changed) {
        gate.returned[day] = seenPico + addPico;
        add(gate.allowance, day, -addPico);
      }
      return result(changed);
    },
    accept(parent, { child, day, seenPico, returnedPico, intoAllowance }) {
      const gate = at(parent);
      const key = transferKey(child, day);
      const seen = mutation === 'accept forgets what was seen' || (gate.acceptedBack[key] ?? 0n) === seenPico;
      const changed = seen && gate.committedByDay[day] !== undefined;
      if (changed) {
        gate.acceptedBack[key] = returnedPico;
        commit(gate, day, seenPico - returnedPico);
        if (intoAllowance) add(gate.allowance, day, returnedPico - seenPico);
      }
      return result(changed);
    },
    openChunk(scope, chunk, room, atMs) {
      const gate = at(scope);
      const known = gate.chunks.some(({ chunkId }) => chunkId === chunk.chunkId);
      const fresh = !known && gate.breaker.openUntilMs === undefined && !paused(gate, WHOLE_FEATURE, atMs);
      const changed = fresh && roomy(gate, room, chunk.day) && (gate.allowance[chunk.day] ?? -1n) >= chunk.amountPico;
      if (changed) {
        gate.chunks = [...gate.chunks, chunk];
        spend(gate, chunk.day, chunk.amountPico);
      }
      return result(changed);
    },
    sealChunk(scope, chunk, sealedPico, deadlineMs) {
      if (sealedPico > chunk.amountPico) throw new RangeError('a chunk cannot be sealed at more than it holds');
      const gate = at(scope);
      const changed = gate.chunks.some((known) => sameChunk(known, chunk));
      const sealed: ChunkHold = { ...chunk, amountPico: sealedPico, deadlineMs, phase: 'sealed' };
      if (changed) {
        gate.chunks = gate.chunks.map((known) => (known.chunkId === chunk.chunkId ? sealed : known));
        spend(gate, chunk.day, sealedPico - chunk.amountPico);
      }
      return result(changed);
    },
    settleChunk(scope, chunk, realPico) {
      const gate = at(scope);
      const changed = gate.chunks.some((known) => sameChunk(known, chunk));
      if (changed) {
        gate.chunks = gate.chunks.filter((known) => known.chunkId !== chunk.chunkId);
        spend(gate, chunk.day, realPico - chunk.amountPico);
      }
      return result(changed);
    },
    setBreaker(scope, seen, next) {
      const gate = at(scope);
      const { openUntilMs, probeId, trips } = gate.breaker;
      const changed = openUntilMs === seen.openUntilMs && probeId === seen.probeId && trips === seen.trips;
      if (changed) gate.breaker = next;
      else if (mutation === 'a trip counts from what is there') gate.breaker = { ...next, trips: trips + 1 };
      return result(changed);
    },
    setPause(scope, part, untilMs) {
      const { [part]: _, ...others } = at(scope).pauses;
      at(scope).pauses = untilMs === undefined ? others : { ...others, [part]: untilMs };
      const { [part]: _why, ...tripped } = at(scope).tripped;
      at(scope).tripped = tripped;
      return Promise.resolve();
    },
    tripTemplate(scope, template, { untilMs, reason, atMs }) {
      const gate = at(scope);
      const changed = !paused(gate, template, atMs);
      if (changed) {
        gate.pauses = { ...gate.pauses, [template]: untilMs };
        gate.tripped = { ...gate.tripped, [template]: reason };
      }
      return result(changed);
    },
    forgetDay(scope, day, { kind, children, hours }) {
      const gate = at(scope);
      for (const child of children) delete (kind === 'granted' ? gate.granted : gate.acceptedBack)[transferKey(child, day)];
      if (kind === 'granted') return Promise.resolve();
      for (const money of [gate.committedByDay, gate.allowance, gate.received, gate.returned]) delete money[day];
      for (const hour of hours) delete gate.committedByHour[hour];
      return Promise.resolve();
    },
  };
}
