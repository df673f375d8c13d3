/** Drafts of users, groups and roles, and rows of the audit log, as pure functions. */
import type { AuditRow, GroupDraft, RoleDraft, RoleGrant, UserDraft } from '../api/types';

export const emptyUser = (): UserDraft => ({ name: '', full_name: '', enabled: true, groups: [], roles: [], upload_quota: null });

export const userDraft = ({ name, full_name, enabled, groups: within, roles: given, upload_quota }: UserDraft): UserDraft => ({
  name,
  full_name,
  enabled,
  groups: [...within],
  roles: given.map((grant) => ({ ...grant })),
  upload_quota,
});

export const emptyGroup = (): GroupDraft => ({ name: '', ldap: [], oidc: [], roles: [] });

export const groupDraft = ({ name, ldap, oidc, roles: given }: GroupDraft): GroupDraft => ({
  name,
  ldap: [...ldap],
  oidc: [...oidc],
  roles: given.map((grant) => ({ ...grant })),
});

export const emptyRole = (): RoleDraft => ({ name: { de: '', en: '' }, rights: [] });

export const roleDraft = ({ name, rights }: RoleDraft): RoleDraft => ({ name: { ...name }, rights: [...rights] });

/** What is sent: places that say nothing are left out, and rows without a role. */
export function grantsBody(grants: readonly RoleGrant[]): RoleGrant[] {
  return grants
    .filter(({ role }) => role > 0)
    .map(({ role, location, object }) => ({
      role,
      ...(location ? { location } : {}),
      ...(object?.trim() ? { object: object.trim() } : {}),
    }));
}

/** Members that are not the same before and after; of what was made or removed, all. */
export function differences(row: Pick<AuditRow, 'before' | 'after'>): { member: string; from: string; to: string }[] {
  const text = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
  const members = new Set([...Object.keys(row.before ?? {}), ...Object.keys(row.after ?? {})]);
  return [...members]
    .map((member) => ({ member, from: text(row.before?.[member]), to: text(row.after?.[member]) }))
    .filter(({ from, to }) => from !== to);
}
