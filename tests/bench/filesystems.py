#!/usr/bin/python3
"""Which file system, and how to cut it: what a system's root costs in a store, at an update and at a boot.

Usage: tests/bench/filesystems.py [--only FILE_SYSTEM] SAMPLE FOLDER [PACKAGE…]
  SAMPLE   folder of a sample system (root.squashfs, vmlinuz, initrd.img), such as packaging/samples/build-system leaves
           in /var/cache/farboot
  FOLDER   work and results; some gigabytes. What is there is used again
  --only   one line's, such as ext4; may be given several times
  PACKAGE  what the new version has in Debian's newest version and the old one in the one before (libssl3)

Makes the two trees from the sample's, an image of each for each file system, boots each old one in QEMU (farboot profile
learn), and lets chunk-costs cut and compress them all. Needs root, apt's sources, erofs-utils, and `packaging/build
farboot chunk-costs`. Prints the table of docs/image-format.md; results.json has all of it.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
build = root / "build/default"
without = ["boot/initrd*", "boot/vmlinuz*", "var/cache/apt/*", "var/lib/apt/lists/*", "var/log/*", "tmp/*", "run/*"]


def squashfs(block, *compression):
    return lambda tree, image: ["mksquashfs", tree, image, "-noappend", "-quiet", "-no-progress", "-b", block,
                                *compression, "-mkfs-time", "1700000000", "-wildcards", "-e", *without]


def erofs(*compression):
    return lambda tree, image: ["mkfs.erofs", *compression, "-T1700000000",
                                "-U6f726566-7361-7261-626f-6f7400000000", image, tree]


def ext4(tree, image):
    size = int(run("du", "-sm", "--apparent-size", tree).split()[0])
    return ["env", "E2FSPROGS_FAKE_TIME=1700000000", "mke2fs", "-q", "-t", "ext4", "-d", tree, "-m", "0", "-b", "4096", "-N", "40000", "-E",
            "hash_seed=6f726566-7361-7261-626f-6f7400000000", "-U", "6f726566-7361-7261-626f-6f7400000000", "-O",
            "^has_journal,^metadata_csum,^resize_inode", image, f"{size * 5 // 4 + 64}M"]


file_systems = {
    "squashfs zstd 15, 64K": squashfs("64K", "-comp", "zstd", "-Xcompression-level", "15"),
    "squashfs zstd 15, 128K": squashfs("128K", "-comp", "zstd", "-Xcompression-level", "15"),
    "squashfs zstd 15, 1M": squashfs("1M", "-comp", "zstd", "-Xcompression-level", "15"),
    "squashfs lz4, 128K": squashfs("128K", "-comp", "lz4"),
    "squashfs, not compressed": squashfs("128K", "-noI", "-noD", "-noF", "-noX"),
    "erofs lz4hc": erofs("-zlz4hc"),
    "erofs, not compressed": erofs(),
    "ext4": ext4,
}
cuts = [("content", 64), ("fixed", 64), ("content", 32), ("content", 128)]


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{words[0]} failed: {' '.join(str(word) for word in words)}")
    return done.stdout


def versions(package):
    """The newest version and the one before."""
    lines = [line.split("|")[1].strip() for line in run("apt-cache", "madison", package).splitlines()]
    lines = list(dict.fromkeys(lines))
    if len(lines) < 2:
        sys.exit(f"apt knows one version of {package} only: name another package.")
    return lines[0], lines[1]


def make_trees(sample, folder, packages):
    for number, name in enumerate(["new", "old"]):
        tree = folder / name
        if tree.exists():
            continue
        part = folder / f"{name}.part"
        subprocess.run(["rm", "-rf", part], check=True)
        run("unsquashfs", "-quiet", "-no-progress", "-d", part, sample / "root.squashfs")
        debs = part / "tmp/debs"
        debs.mkdir(parents=True)
        for package in packages:
            run("apt-get", "download", "-qq", f"{package}={versions(package)[number]}", cwd=debs)
        run("chroot", part, "sh", "-c", "DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i /tmp/debs/*.deb")
        subprocess.run(["rm", "-rf", debs], check=True)
        part.rename(tree)


def make_image(make, tree, image):
    if not image.exists():
        part = image.with_suffix(".part")
        part.unlink(missing_ok=True)
        run(*make(tree, part))
        part.rename(image)


def record_boot(folder, sample, image, trace):
    """Publishes the image and boots it once: what it reads of it."""
    if trace.exists():
        return
    farboot = build / "rootfs/cli/farboot"
    store, record, key = folder / "store", folder / "record.dsse", folder / "key.pem"
    if not key.exists():
        run(farboot, "key", "new", key)
    run(farboot, "publish", "boot", "--series", "sample", "--title", "sample", "--number", "1", "--store", store,
        "--cmdline", "boot=farboot console=ttyS0 systemd.default_device_timeout_sec=900",
        "--kernel", sample / "vmlinuz", "--initramfs", sample / "initrd.img", "--image", image, "--key", key,
        "-o", record)
    run(farboot, "profile", "learn", record, "--store", store, "--memory", "1024", "--longest", "900", "--quiet", "240", "--until",
        "farboot login:", "--scratch", folder, "--trace", trace)
    subprocess.run(["rm", "-rf", store], check=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--only", action="append", choices=file_systems)
    parser.add_argument("sample", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", nargs="*", default=["libssl3"])
    chosen = parser.parse_args()
    sample, folder = chosen.sample, chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    make_trees(sample, folder, chosen.packages)
    file = folder / "results.json"
    results = json.loads(file.read_text()) if file.exists() else []
    for name in chosen.only or file_systems:
        results = [one for one in results if one["file_system"] != name]
        make = file_systems[name]
        stem = name.replace(" ", "-").replace(",", "")
        old, new, trace = folder / f"{stem}.old", folder / f"{stem}.new", folder / f"{stem}.csv"
        make_image(make, folder / "old", old)
        make_image(make, folder / "new", new)
        record_boot(folder, sample, old, trace)
        for cut, kib in cuts:
            costs = json.loads(run(build / "tests/bench/rootfs/chunk-costs", old, new, trace, cut, kib))
            results.append({"file_system": name, "image": old.stat().st_size, "cut": cut, "kib": kib, **costs})
            print(f"| {name} | {cut} {kib} | {results[-1]['image'] / 1e6:.0f} | {costs['stored'] / 1e6:.0f} "
                  f"| {costs['renewed'] / 1e6:.1f} | {costs['boot'] / 1e6:.1f} | {costs['boot_chunks']} "
                  f"| {costs['reads']} |", flush=True)
        file.write_text(json.dumps(results, indent=1))


main()
