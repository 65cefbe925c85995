/** Names of features, templates, teams and models: they become keys, tags and parts of request ids. */
export const NAME = /^[a-z0-9][a-z0-9_-]{0,47}$/;
