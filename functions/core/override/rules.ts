/** The rules that an operator may exempt a scope from. `loop_detected` is every rule of loops. No budget, pause or breaker is among them. */
export const ALLOWABLE_RULES = [
  'input_too_long',
  'run_limit',
  'runaway_spend',
  'loop_detected',
  'identical_tool_results',
  'identical_replies',
  'repeating_steps',
  'nothing_new',
  'same_error',
  'recurring_step',
  'identical_requests',
  'repeating_requests',
] as const;
