import { expect, it } from 'vitest';
import { differences, grantsBody, userDraft } from './person';

it('leaves out what says nothing', () => {
  expect(
    grantsBody([
      { role: 0 },
      { role: 2, location: null, object: ' ' },
      { role: 2, location: 3 },
      { role: 4, object: ' entry:1 ' },
    ]),
  ).toEqual([{ role: 2 }, { role: 2, location: 3 }, { role: 4, object: 'entry:1' }]);
});

it('drafts a user without what the server adds', () => {
  const user = {
    ...{ id: 3, etag: '"u3-1"', source: 'local', has_password: true, given_groups: [] },
    ...{ name: 'anna', full_name: '', enabled: true, groups: [1], roles: [{ role: 2, location: 3 }] },
    upload_quota: 5_000_000_000,
  };
  const draft = userDraft(user);
  expect(draft).toEqual({
    ...{ name: 'anna', full_name: '', enabled: true, groups: [1], roles: [{ role: 2, location: 3 }] },
    upload_quota: 5_000_000_000,
  });
  draft.roles.forEach((grant) => (grant.role = 9));
  expect(user.roles).toEqual([{ role: 2, location: 3 }]);
});

it('tells from what to what', () => {
  expect(differences({ before: { a: 1, b: 2 }, after: { a: 1, b: [3], c: null } })).toEqual([
    { member: 'b', from: '2', to: '[3]' },
    { member: 'c', from: '', to: 'null' },
  ]);
  expect(differences({ before: null, after: { name: 'x' } })).toEqual([{ member: 'name', from: '', to: '"x"' }]);
});
