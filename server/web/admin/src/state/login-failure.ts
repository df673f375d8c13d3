/** Why a log-in came to nothing, from the address that the server has sent the browser back to; and that address without it. */
export function takeFailure(address: string): { code: string | null; clean: string } {
  const url = new URL(address);
  const code = url.searchParams.get('login');
  url.searchParams.delete('login');
  return { code, clean: url.pathname + url.search + url.hash };
}
