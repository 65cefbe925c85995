import { DAYS } from './escrow-rules.ts';
import { EscrowWorld, type Mutation } from './escrow-world.ts';

/**
 * One random life of the tree: calls, batches, resolvers, midnight, deaths; with `raises`, operators too. Answers the broken rule and the way
 * there, or how many calls were admitted, and how many writes committed over an unraised cap.
 */
export async function liveOnce(
  seed: number,
  mutation: Mutation = {},
  { raises = false }: { readonly raises?: boolean } = {},
): Promise<{ broken: string; log: readonly string[] } | { admitted: number; onRaise: number }> {
  const world = new EscrowWorld(seed, mutation, { raises });
  const { random, network } = world;
  const calls = 6 + random.below(8);
  let [started, deaths, closes] = [0, 3, 0];
  while ((started < calls || network.busy) && world.failure === undefined) {
    if (raises && world.operators.chance(0.04)) await world.operators.act();
    const chance = random.next();
    if (started < calls && (chance < 0.05 || !network.busy)) {
      started += 1;
      if (random.chance(0.15)) world.startChunk();
      else world.startCall();
    } else if (chance < (world.harsh ? 0.2 : 0.07)) world.startResolver();
    else if (chance < (world.harsh ? 0.21 : 0.08) && world.today === 0 && started > calls / 3) world.today = 1;
    else if (chance < (world.harsh ? 0.22 : 0.09) && world.today === 1 && closes < 3) {
      closes += 1;
      world.startClose(DAYS[0]);
    } else if (chance < (world.harsh ? 0.225 : 0.095) && deaths > 0 && network.owners().length > 0) {
      deaths -= 1;
      network.kill(network.owners()[random.below(network.owners().length)] ?? 0);
    } else await world.step();
    await Promise.resolve();
  }
  if (world.failure === undefined) await world.quiet();
  return world.failure === undefined
    ? { admitted: world.admitted, onRaise: world.operators.onRaise }
    : { broken: `seed ${seed}: ${world.failure}`, log: network.log };
}
