import type { OnceMarks } from '../../functions/ports/once-marks.ts';

/** Marks in memory. `names` is for assertions. */
export function memoryMarks(): OnceMarks & { readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  return {
    names,
    async first(name) {
      if (names.has(name)) return false;
      names.add(name);
      return true;
    },
  };
}
