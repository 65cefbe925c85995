import type { PicoUsd } from '../money.ts';

/** One line of a bill as the export has it, whatever the export. Empty strings where it says nothing. */
export type BillRow = {
  /** UTC day of the usage, `yyyy-mm-dd`. */
  readonly day: string;
  readonly costPico: PicoUsd;
  /** `Usage`, `Tax`, `Credit`, ... */
  readonly lineType: string;
  /** Code and names of the product or service. Empty: the export does not tell, or the line is of the whole account. */
  readonly products: readonly string[];
  readonly usageType: string;
  readonly operation: string;
  readonly resourceId: string;
  /** Values of the cost allocation tags that Spillway gives its inference profiles. */
  readonly tags: { readonly feature?: string; readonly environment?: string };
  /** Units of usage; `units` is what the line says about them, the plainest first. */
  readonly quantity?: { readonly amount: string; readonly units: readonly string[] };
};

/** What the export tells about each of its lines. A comparison cannot be finer. */
export type BillShape = {
  readonly format: 'CUR' | 'Cost Explorer';
  readonly model: boolean;
  readonly feature: boolean;
  readonly mode: boolean;
};

export const CUR_SHAPE: BillShape = { format: 'CUR', model: true, feature: true, mode: true };
