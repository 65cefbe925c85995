import type { Benchmark } from './benchmark.ts';
import { conversationFigures } from './runaway/conversation.ts';
import { requestFigures } from './runaway/requests.ts';
import { spendFigures } from './runaway/spend.ts';

/** One entry a layer of defence; each plays its own corpus of invented runs, made from a seed. */
const LAYERS = [conversationFigures, requestFigures, spendFigures];

export const benchmark: Benchmark = {
  name: 'runaway',
  about: 'runaways and healthy runs until they are stopped: how many, how soon, at what price; against the rules of other tools',
  run: async () => LAYERS.flatMap((figures) => figures()),
};
