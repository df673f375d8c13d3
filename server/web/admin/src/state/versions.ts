/** The versions of a record's series at the server. */
import type { SeriesVersions, Version, VersionState } from '../api/types';
import { client } from './session';
import type { VersionAction } from './version';

const states: Record<Exclude<VersionAction, 'rollBack'>, VersionState> = {
  publish: 'published',
  retire: 'retired',
  revoke: 'revoked',
  unrevoke: 'retired',
};

export async function fetchVersions(record: string): Promise<SeriesVersions> {
  return (await client.request<SeriesVersions>('GET', `series/${record}`)).data;
}

/** Does it to the series as it was seen; gives it as it is then. */
export async function act(series: SeriesVersions, version: Version, action: VersionAction): Promise<SeriesVersions> {
  const path = `series/${series.type}/${series.series}`;
  const request =
    action === 'rollBack'
      ? { path, body: { current: version.number, lowest: series.lowest } }
      : { path: `${path}/${version.number}`, body: { state: states[action] } };
  const { data } = await client.request<SeriesVersions>('PUT', request.path, { body: request.body, ifMatch: series.etag });
  return data;
}
