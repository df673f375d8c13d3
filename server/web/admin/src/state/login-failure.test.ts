import { expect, test } from 'vitest';
import { takeFailure } from './login-failure';

test('a failure is taken out of the address', () => {
  expect(takeFailure('https://server/admin/?login=login-stale#rules')).toEqual({ code: 'login-stale', clean: '/admin/#rules' });
  expect(takeFailure('https://server/account/?code=BCDF&login=x')).toEqual({ code: 'x', clean: '/account/?code=BCDF' });
  expect(takeFailure('https://server/admin/')).toEqual({ code: null, clean: '/admin/' });
});
