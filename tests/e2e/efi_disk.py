"""A disk that UEFI firmware starts: one EFI system partition with GRUB where the firmware looks for it by itself."""

import subprocess
from pathlib import Path

START = 2048 * 512  # of the partition, in bytes
MIB = 1 << 20
MODULES = "normal part_gpt fat search search_fs_file efi_gop linux echo serial terminal sleep"


def make(path, config, files=()):
    """Writes the disk `path`: GRUB does what `config` says, and finds `files` at the root of its partition."""
    path = Path(path)
    loader = path.with_suffix(".efi")
    script = path.with_suffix(".cfg")
    script.write_text(config)
    subprocess.run(["grub-mkstandalone", "--format", "x86_64-efi", "--modules", MODULES, "--install-modules", MODULES, "--locales=",
                    "--fonts=", "--themes=", "--output", str(loader), f"boot/grub/grub.cfg={script}"], check=True)
    size = sum(Path(file).stat().st_size for file in [loader, *files])
    room = -(-size // MIB) * MIB + 8 * MIB
    partition = path.with_suffix(".fat")
    for file, length in ((path, START + room + MIB), (partition, room)):
        file.unlink(missing_ok=True)
        with open(file, "wb") as made:
            made.truncate(length)
    subprocess.run(["sfdisk", "--quiet", str(path)], check=True, text=True,
                   input=f"label: gpt\nstart={START // 512}, size={room // 512}, type=uefi\n")
    subprocess.run(["mkfs.fat", str(partition)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mmd", "-i", str(partition), "::EFI", "::EFI/BOOT"], check=True)
    subprocess.run(["mcopy", "-i", str(partition), str(loader), "::EFI/BOOT/BOOTX64.EFI"], check=True)
    for file in files:
        subprocess.run(["mcopy", "-i", str(partition), str(file), "::"], check=True)
    subprocess.run(["dd", f"if={partition}", f"of={path}", "bs=1M", f"seek={START // MIB}", "conv=notrunc,sparse", "status=none"],
                   check=True)
    return path
