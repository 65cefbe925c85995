import type { Caller } from './backend.ts';

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

const PREFIX = 'ASIA.';

/** Credentials of a role (by its logical id): the access key id says whose they are. `sessionName` is the function's name, as on Lambda. */
export function credentialsFor(roleId: string, sessionName: string): Credentials {
  return { accessKeyId: `${PREFIX}${roleId}.${sessionName}`, secretAccessKey: 'local' };
}

/** Credentials of the operator: not checked against any policy. Every key that is no role's means the operator. */
export const OPERATOR: Credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };

export function callerOf(accessKeyId: string): Caller {
  const [roleId, ...session] = accessKeyId.startsWith(PREFIX) ? accessKeyId.slice(PREFIX.length).split('.') : [];
  if (roleId === undefined || roleId === '' || session.length === 0) return { kind: 'operator' };
  return { kind: 'role', roleId, sessionName: session.join('.') };
}
