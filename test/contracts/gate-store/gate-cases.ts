import { BREAKERS } from './breakers.ts';
import { CHUNKS } from './chunks.ts';
import type { GateCase } from './gate-case.ts';
import { HOLDS } from './holds.ts';
import { TRANSFERS } from './transfers.ts';

/** All that a gate store promises. */
export const GATE_CASES: readonly GateCase[] = [...HOLDS, ...TRANSFERS, ...BREAKERS, ...CHUNKS];
