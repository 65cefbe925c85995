import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { monthOf } from '../core/calendar.ts';
import type { ChunkHold, Hold, Scope } from '../core/gate.ts';
import { WHOLE_FEATURE } from '../core/gate-pause.ts';
import type { PicoUsd } from '../core/money.ts';
import { staleWindows, windowOf } from '../core/runaway/spend-window.ts';
import type { GateStore, GateWrite, HoldWrite, Room } from '../ports/gate-store.ts';
import { conditional, dynamodb, itemKey, number, readItem, text } from './dynamodb-client.ts';
import { gateAttributes as at, chunkValue, holdValue, parseGate } from './gate-item.ts';
import { controlKeys } from './tables.ts';
import { UpdateExpression } from './update-expression.ts';

/**
 * Gates in the control table, one item each; every write is one conditional `UpdateItem`, checked by a model (docs/storage.md): change none alone.
 *
 * What it does NOT guarantee: a delayed FIRST copy of a hold that lands after its own settle commits that hold once more (too much money
 * held, never too little). A refused write says that its condition did not hold, not why: with a lost answer the write may have been applied
 * before; read and decide. No order between gates: money between two of them is pending in the counters until somebody finishes it.
 */
export function dynamodbGates({ CONTROL_TABLE }: { readonly CONTROL_TABLE: string }): GateStore {
  const { write, writeHold, tidied } = writers(CONTROL_TABLE);
  return {
    async read(scope) {
      return parseGate(scope, await readItem(CONTROL_TABLE, itemKey(controlKeys.gate(scope))));
    },

    async hold(scope, hold, room, { debtAllowed }) {
      if (!fits(room)) return { kind: 'refused' };
      const update = tidied(scope, hold, holding(hold));
      if (debtAllowed) return writeHold(scope, hold, update);
      within(update, room, hold.day, hold.hour).whenAtLeast(at.allowance(hold.day), hold.amountPico).whenAbsent(at.openUntil);
      return writeHold(scope, hold, update);
    },

    async probe(scope, hold, room, { seenOpenUntilMs, untilMs }) {
      if (!fits(room)) return { kind: 'refused' };
      const update = within(holding(hold), room, hold.day, hold.hour)
        .whenAtLeast(at.allowance(hold.day), hold.amountPico)
        .whenEqual(at.openUntil, number(seenOpenUntilMs))
        .set(at.openUntil, number(untilMs))
        .set(at.probe, text(hold.id));
      return writeHold(scope, hold, update);
    },

    unhold: (scope, hold) => write(scope, settling(hold, 0n).whenEqual(at.hold(hold.id), text(holdValue({ ...hold, claimed: false })))),

    async claim(scope, hold, watermarkMs) {
      const claimed = () =>
        new UpdateExpression().set(at.hold(hold.id), text(holdValue({ ...hold, claimed: true }))).whenPresent(at.hold(hold.id));
      const raising = claimed().set(at.watermark, number(watermarkMs)).whenAbsentOrBelow(at.watermark, watermarkMs);
      // The watermark only rises: when it is later already, the claim leaves it.
      return (await write(scope, raising)) === 'changed' ? 'changed' : write(scope, claimed());
    },

    settle: (scope, hold, realPico) => write(scope, tidied(scope, hold, settling(hold, realPico)).whenPresent(at.hold(hold.id))),

    ...transfers(write),
    ...chunks(write),
    ...upkeep(write),
  };
}

function writers(CONTROL_TABLE: string) {
  const input = (scope: Scope, update: UpdateExpression) => ({
    TableName: CONTROL_TABLE,
    Key: itemKey(controlKeys.gate(scope)),
    ...update.parts(),
  });
  const write = (scope: Scope, update: UpdateExpression): Promise<GateWrite> =>
    conditional(() => dynamodb.send(new UpdateItemCommand(input(scope, update))));
  /** Windows over that this environment has seen in a leaf: they go with its next write there, so that a gate stays small. */
  const stale = new Map<Scope, readonly string[]>();
  const tidied = (scope: Scope, hold: Hold, update: UpdateExpression): UpdateExpression => {
    for (const window of stale.get(scope) ?? []) if (window !== windowOf(hold.admittedAtMs)) update.remove(at.window(window));
    stale.delete(scope);
    return update;
  };
  const writeHold = async (scope: Scope, hold: Hold, update: UpdateExpression): Promise<HoldWrite> => {
    let gate = parseGate(scope, undefined);
    const result = await conditional(async () => {
      const answer = await dynamodb.send(new UpdateItemCommand({ ...input(scope, update), ReturnValues: 'ALL_NEW' }));
      gate = parseGate(scope, answer.Attributes);
      stale.set(scope, staleWindows(gate, hold.admittedAtMs));
    });
    return result === 'changed' ? { kind: 'changed', gate } : { kind: 'refused' };
  };
  return { write, writeHold, tidied };
}

type Write = (scope: Scope, update: UpdateExpression) => Promise<GateWrite>;

/** A negative room means an amount larger than its cap, which DynamoDB would admit while the period's attribute is absent. */
const fits = (room: Room) => [room.hourPico, room.dayPico, room.monthPico].every((left) => left === undefined || left >= 0n);

function within(update: UpdateExpression, room: Room, day: string, hour?: string): UpdateExpression {
  if (room.hourPico !== undefined && hour !== undefined) update.whenAbsentOrAtMost(at.hour(hour), room.hourPico);
  if (room.dayPico !== undefined) update.whenAbsentOrAtMost(at.day(day), room.dayPico);
  if (room.monthPico !== undefined) update.whenAbsentOrAtMost(at.month(monthOf(day)), room.monthPico);
  return update;
}

function holding(hold: Hold): UpdateExpression {
  const update = new UpdateExpression()
    .set(at.hold(hold.id), text(holdValue(hold)))
    .add(at.day(hold.day), hold.amountPico)
    .add(at.month(monthOf(hold.day)), hold.amountPico)
    .add(at.allowance(hold.day), -hold.amountPico)
    .add(at.window(windowOf(hold.admittedAtMs)), hold.amountPico)
    .whenAbsent(at.hold(hold.id))
    .whenAbsentOrBelow(at.watermark, hold.admittedAtMs)
    .whenAbsentOrAtMost(at.pause(WHOLE_FEATURE), BigInt(hold.admittedAtMs))
    .whenAbsentOrAtMost(at.pause(hold.template), BigInt(hold.admittedAtMs));
  return hold.hour === undefined ? update : update.add(at.hour(hold.hour), hold.amountPico);
}

function settling(hold: Hold, realPico: PicoUsd): UpdateExpression {
  const difference = realPico - hold.amountPico;
  const update = committing(new UpdateExpression().remove(at.hold(hold.id)), hold.day, difference);
  update.add(at.window(windowOf(hold.admittedAtMs)), difference);
  return hold.hour === undefined ? update : update.add(at.hour(hold.hour), difference);
}

/** In a leaf, what is committed beyond the hold comes out of the allowance, and what is left goes back into it. */
const committing = (update: UpdateExpression, day: string, difference: PicoUsd) =>
  update
    .add(at.day(day), difference)
    .add(at.month(monthOf(day)), difference)
    .add(at.allowance(day), -difference);

function transfers(write: Write): Pick<GateStore, 'grant' | 'take' | 'giveBack' | 'accept'> {
  return {
    async grant(parent, { child, day, seenPico, addPico, spendsAllowance }, room) {
      if (!fits(room)) return 'refused';
      const update = within(new UpdateExpression(), room, day)
        .set(at.granted(child, day), number(seenPico + addPico))
        .add(at.day(day), addPico)
        .add(at.month(monthOf(day)), addPico)
        .whenCounterIs(at.granted(child, day), seenPico);
      if (spendsAllowance) update.add(at.allowance(day), -addPico).whenAtLeast(at.allowance(day), addPico);
      return write(parent, update);
    },

    take: (child, { day, seenPico, grantedPico }) =>
      write(
        child,
        new UpdateExpression()
          .set(at.received(day), number(grantedPico))
          .add(at.allowance(day), grantedPico - seenPico)
          .whenCounterIs(at.received(day), seenPico),
      ),

    giveBack: (child, { day, seenPico, addPico }) =>
      write(
        child,
        new UpdateExpression()
          .set(at.returned(day), number(seenPico + addPico))
          .add(at.allowance(day), -addPico)
          .whenCounterIs(at.returned(day), seenPico)
          .whenAtLeast(at.allowance(day), addPico),
      ),

    async accept(parent, { child, day, seenPico, returnedPico, intoAllowance }) {
      const back = returnedPico - seenPico;
      const update = new UpdateExpression()
        .set(at.acceptedBack(child, day), number(returnedPico))
        .add(at.day(day), -back)
        .add(at.month(monthOf(day)), -back)
        .whenCounterIs(at.acceptedBack(child, day), seenPico)
        // A day that was forgotten takes nothing more back.
        .whenPresent(at.day(day));
      return write(parent, intoAllowance ? update.add(at.allowance(day), back) : update);
    },
  };
}

function chunks(write: Write): Pick<GateStore, 'openChunk' | 'sealChunk' | 'settleChunk'> {
  const is = (update: UpdateExpression, chunk: ChunkHold) => update.whenEqual(at.chunk(chunk.chunkId), text(chunkValue(chunk)));
  return {
    async openChunk(scope, chunk, room, atMs) {
      if (!fits(room)) return 'refused';
      const update = within(new UpdateExpression(), room, chunk.day)
        .set(at.chunk(chunk.chunkId), text(chunkValue(chunk)))
        .whenAbsent(at.chunk(chunk.chunkId))
        .whenAtLeast(at.allowance(chunk.day), chunk.amountPico)
        .whenAbsentOrAtMost(at.pause(WHOLE_FEATURE), BigInt(atMs))
        .whenAbsent(at.openUntil);
      return write(scope, committing(update, chunk.day, chunk.amountPico));
    },

    async sealChunk(scope, chunk, sealedPico, deadlineMs) {
      if (sealedPico > chunk.amountPico) throw new RangeError('a chunk cannot be sealed at more than it holds');
      const sealed: ChunkHold = { ...chunk, amountPico: sealedPico, deadlineMs, phase: 'sealed' };
      const update = is(new UpdateExpression(), chunk).set(at.chunk(chunk.chunkId), text(chunkValue(sealed)));
      return write(scope, committing(update, chunk.day, sealedPico - chunk.amountPico));
    },

    settleChunk: (scope, chunk, realPico) =>
      write(scope, committing(is(new UpdateExpression().remove(at.chunk(chunk.chunkId)), chunk), chunk.day, realPico - chunk.amountPico)),
  };
}

function upkeep(write: Write): Pick<GateStore, 'setBreaker' | 'setPause' | 'tripTemplate' | 'forgetDay'> {
  return {
    async setPause(scope, part, untilMs) {
      const update = new UpdateExpression().remove(at.tripped(part));
      await write(scope, untilMs === undefined ? update.remove(at.pause(part)) : update.set(at.pause(part), number(untilMs)));
    },

    tripTemplate(scope, template, { untilMs, reason, atMs }) {
      const update = new UpdateExpression().set(at.pause(template), number(untilMs)).set(at.tripped(template), text(reason));
      return write(scope, update.whenAbsentOrAtMost(at.pause(template), BigInt(atMs)));
    },

    async setBreaker(scope, seen, next) {
      const update = new UpdateExpression().set(at.trips, number(next.trips));
      const replace = (attribute: string, value: ReturnType<typeof text> | undefined) =>
        value === undefined ? update.remove(attribute) : update.set(attribute, value);
      replace(at.openUntil, next.openUntilMs === undefined ? undefined : number(next.openUntilMs));
      replace(at.probe, next.probeId === undefined ? undefined : text(next.probeId));
      replace(at.reason, next.reason === undefined ? undefined : text(next.reason));
      update.whenCounterIs(at.trips, BigInt(seen.trips));
      if (seen.openUntilMs === undefined) update.whenAbsent(at.openUntil);
      else update.whenEqual(at.openUntil, number(seen.openUntilMs));
      if (seen.probeId === undefined) update.whenAbsent(at.probe);
      else update.whenEqual(at.probe, text(seen.probeId));
      return write(scope, update);
    },

    async forgetDay(scope, day, { kind, children, hours }) {
      const update = new UpdateExpression();
      if (kind === 'granted') for (const child of children) update.remove(at.granted(child, day));
      else {
        for (const attribute of [at.day(day), at.allowance(day), at.received(day), at.returned(day)]) update.remove(attribute);
        for (const hour of hours) update.remove(at.hour(hour));
        for (const child of children) update.remove(at.acceptedBack(child, day));
      }
      if (kind === 'rest' || children.length > 0) await write(scope, update);
    },
  };
}
