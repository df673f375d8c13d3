#!/bin/sh
# dracut's mount hook. Where systemd runs in the initramfs, its sysroot.mount (farboot-generator) has done it already, and
# dracut does not call this.

. /usr/lib/farboot/root

farboot_fail() {
  die "farboot: $*"
}

if [ "$(farboot_value boot /proc/cmdline)" = farboot ]; then
  farboot_mount_root "${NEWROOT:?}"
fi
