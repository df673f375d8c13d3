/** Log-in by the OpenID Connect provider: the browser leaves the page for it, and comes back to it. */
import type { LoginWays } from '../api/types';
import { client } from './session';

/** The provider's names for its log-in, or null where there is none. A server that cannot say has none. */
export async function findProvider(): Promise<LoginWays['provider']> {
  try {
    return (await client.plain<LoginWays>('GET', 'login')).data.provider;
  } catch {
    return null;
  }
}

/** Where the log-in begins; `page` is what goes on afterwards, such as /admin/. */
export const startAddress = (page: string) =>
  `${new URL('../api/v1/oidc/start', document.baseURI).pathname}?to=${encodeURIComponent(page)}`;
