import { expect, it } from 'vitest';
import { failureText, newestOf } from './sending';

const failure = (body: string | null) =>
  Object.assign(new Error('tus: failed'), { originalResponse: body === null ? null : { getBody: () => body } });

it('tells what the server says of a failure', () => {
  expect(failureText(failure('{"error": {"code": "quota-exceeded", "sentence": "No room."}}'))).toBe('No room.');
});

it.each([null, '', '<html>', '{}', '{"error": {}}'])('tells what tus says, where the server says %s', (body) => {
  expect(failureText(failure(body))).toBe('tus: failed');
});

it('goes on with the newest of several', () => {
  const previous = (creationTime: string, urlStorageKey: string) => ({
    ...{ size: 1, metadata: {}, creationTime, urlStorageKey, uploadUrl: '', parallelUploadUrls: null },
  });
  const found = newestOf([
    previous('2026-01-01T00:00:00Z', 'old'),
    previous('2026-01-03T00:00:00Z', 'new'),
    previous('2026-01-02T00:00:00Z', 'middle'),
  ]);
  expect(found?.urlStorageKey).toBe('new');
  expect(newestOf([])).toBeUndefined();
});
