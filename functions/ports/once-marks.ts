/** Marks that only one caller ever sets: who is to do what is done once. */
export type OnceMarks = {
  /** True for exactly one of all callers with this name; the mark may be forgotten after `untilMs`. Throws `store_unavailable`. */
  first(name: string, untilMs: number): Promise<boolean>;
};
