import desktop from './icons/desktop.svg?raw';
import kiosk from './icons/kiosk.svg?raw';
import terminal from './icons/terminal.svg?raw';
import tool from './icons/tool.svg?raw';
import vm from './icons/vm.svg?raw';
import windows from './icons/windows.svg?raw';
import type { IconName } from './icon-names';

/** The drawings, as SVG source that is part of the bundle (never text from outside). */
export const entryIcons: Record<IconName, string> = { desktop, kiosk, terminal, windows, tool, vm };
