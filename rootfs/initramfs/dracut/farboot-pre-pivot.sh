#!/bin/sh
# dracut's pre-pivot hook: the root is mounted.

. /usr/lib/farboot/root
if [ "$(farboot_value boot /proc/cmdline)" = farboot ]; then
  farboot_root_mounted "${NEWROOT:?}"
fi
