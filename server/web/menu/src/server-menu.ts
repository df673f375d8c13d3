import { parseMenu, type Menu } from '../../shared/menu';

/** Fetches the menu from the server that this page came from; throws where that fails. */
export async function fetchMenu(page: string): Promise<Menu> {
  const response = await fetch(new URL('../api/v1/menu?for=preboot', page), {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  const menu = parseMenu(await response.json());
  if (!menu) throw new Error('The answer is no menu of version 1');
  return menu;
}
