/** Of one try, milliseconds. A service that hangs is a service that is down: four tries of this long end well within a function's time. */
export const ANSWERS_WITHIN = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true } as const;
