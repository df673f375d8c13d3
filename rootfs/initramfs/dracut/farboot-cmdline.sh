#!/bin/sh
# dracut's cmdline hook: without a root= dracut would not go on.

. /usr/lib/farboot/root
if [ "$(farboot_value boot /proc/cmdline)" = farboot ]; then
  # shellcheck disable=SC2034 # dracut reads it
  root=farboot rootok=1
fi
