#!/bin/bash
# dracut module: packs what mounts a root file system over the network (boot=farboot on the kernel's command line).
# shellcheck disable=SC2154 # dracut sets what is in small letters

# Every initramfs that is for any PC has it; one for this PC alone if it is asked for (--add farboot), or if this PC's root
# comes this way.
check() {
  [[ -z $mount_needs ]] || return 1
  require_binaries nbdkit busybox farboot-reader || return 1
  [[ -z $hostonly || -e /run/initramfs/etc/farboot-plugin ]] || return 255
}

depends() {
  echo base udev-rules
}

# A PC that boots from the network may have any network card. Its disks are the business of kernel-modules.
installkernel() {
  hostonly='' instmods nbd overlay squashfs erofs ext4 zram af_packet 8021q =crypto virtio_net xen-netfront \
    =drivers/net/ethernet =drivers/net/phy =drivers/net/mdio =drivers/net/pcs =drivers/net/usb =drivers/net/hyperv \
    =drivers/net/vmxnet3
}

install() {
  . /usr/share/farboot/initramfs/pack
  farboot_pack "$initdir"
  # The scripts call it outside of the reader's root, too: this brings its libraries.
  inst "$(farboot_program busybox)" /usr/lib/farboot/busybox && rm "$initdir/usr/lib/farboot/busybox"
  inst_multiple cat chmod cp grep head ln ls mkdir mknod mktemp modprobe mount mv rm sed sleep tail tr udevadm
  # Network cards get the names here that they have in the running system: none that is in use can be renamed.
  inst_rules 73-special-net-names.rules 73-usb-net-by-mac.rules 75-net-description.rules 80-net-setup-link.rules
  inst_multiple -o "/usr/lib/systemd/network/*.link" "/lib/systemd/network/*.link" "/etc/systemd/network/*.link"

  inst_hook cmdline 50 "$moddir/farboot-cmdline.sh"
  inst_hook pre-mount 50 "$moddir/farboot-pre-mount.sh"
  inst_hook mount 50 "$moddir/farboot-mount.sh"
  inst_hook pre-pivot 50 "$moddir/farboot-pre-pivot.sh"
  if dracut_module_included systemd; then
    inst_script "$moddir/farboot-generator" "$systemdutildir/system-generators/farboot-generator"
  fi
}

farboot_refuse() {
  dfatal "farboot: $*"
  exit 1
}

# dracut's inst knows no other folder than initdir, and no libraries of what is no program itself.
farboot_copy() {
  local library
  "$DRACUT_INSTALL" -D "$farboot_tree" "$@" || farboot_refuse "$1 cannot be copied into the initramfs."
  while read -r library; do
    "$DRACUT_INSTALL" -D "$farboot_tree" "$library" || farboot_refuse "$library cannot be copied into the initramfs."
  done < <(ldd "$1" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p')
}
