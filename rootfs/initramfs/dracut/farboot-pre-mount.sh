#!/bin/sh
# dracut's pre-mount hook: brings up the network and the reader, and mounts the layers of the root. It waits for them as long
# as it takes; the initqueue would give up after some minutes.

. /usr/lib/farboot/root

# Called when this boot cannot go on. Arguments: a sentence that says why.
farboot_fail() {
  die "farboot: $*"
}

if [ "$(farboot_value boot /proc/cmdline)" = farboot ]; then
  farboot_mount_layers
fi
