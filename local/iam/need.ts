/** One permission that a call needs. `context` holds condition keys. */
export type Need = { readonly action: string; readonly resource: string; readonly context?: Readonly<Record<string, string | string[]>> };

/** The source that an application inference profile (ARN) is copied from, as the template says; undefined when it has none of that name. */
export type ProfileSource = (profileArn: string) => string | undefined;
