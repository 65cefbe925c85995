import type { PicoUsd } from '../core/money.ts';

export type RefusalCount = {
  readonly feature: string;
  readonly template: string;
  readonly reason: string;
  readonly count: number;
  readonly notSpentPico: PicoUsd;
};

/** Refusals per local day: money not spent, for the report. Counts may be low by what a crash lost; nothing else is derived from them. */
export type RefusalCounter = {
  count(day: string, refusal: { feature: string; template: string; reason: string; notSpentPico: PicoUsd }): Promise<void>;
  ofDays(fromDay: string, toDay: string): Promise<RefusalCount[]>;
};
