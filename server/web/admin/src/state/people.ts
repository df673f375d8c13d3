/** Users, groups, roles and tokens, as last heard from the server. */
import type { AuditRow, Group, GroupDraft, Role, RoleDraft, Token, TokenDraft, User, UserDraft } from '../api/types';
import { Collection } from './collection';
import { client } from './session';

export const users = new Collection<User, UserDraft>(client, 'users', 'users');
export const groups = new Collection<Group, GroupDraft>(client, 'groups', 'groups');
export const roles = new Collection<Role, RoleDraft>(client, 'roles', 'roles');
export const tokens = new Collection<Token, TokenDraft>(client, 'tokens', 'tokens');

export async function loadPeople(): Promise<void> {
  await Promise.all([users.load(), groups.load(), roles.load()]);
}

export const setPassword = (id: number, password: string) =>
  client.request('PUT', `users/${id}/password`, { body: { password } });

export const setOwnPassword = (old: string, password: string) =>
  client.request('PUT', 'session/password', { body: { old, new: password } });

/** Gives the secret, which the server tells this once. */
export async function makeToken(draft: TokenDraft): Promise<string> {
  const { data } = await client.request<{ secret: string }>('POST', 'tokens', { body: draft });
  await tokens.load();
  return data.secret;
}

/** Rows of the audit log, the newest first, and where the next page begins. */
export async function readAudit(
  filter: { object: string; user: string },
  before: number | null,
): Promise<{ rows: AuditRow[]; next: number | null }> {
  const query = new URLSearchParams({ limit: '50' });
  for (const [name, value] of Object.entries(filter)) if (value.trim()) query.set(name, value.trim());
  if (before !== null) query.set('before', String(before));
  const { data } = await client.request<{ audit: AuditRow[]; next: number | null }>('GET', `audit?${query}`);
  return { rows: data.audit, next: data.next };
}
