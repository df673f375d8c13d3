#include "rootfs/cli/command.hpp"
#include "rootfs/cli/publish_command.hpp"
#include "rootfs/cli/publish_image.hpp"

namespace farboot::rootfs
{

namespace
{

void add_audience(CLI::App& command, PublishCommand& options)
{
    command
        .add_option("--audience", options.plan.audience,
                    "Whom the image is for, as farboot-server run --restricted names them; without it: everybody")
        ->type_name("NAME");
}

void add_trial_options(CLI::App& command, PublishCommand& options)
{
    command
        .add_option("--profile", options.profile,
                    "auto: the image gets the boot profile of the version before, if there is one in the store, else "
                    "one is guessed from the files in it (squashfs, ext4); trial: and then one of its own, from a "
                    "trial boot in QEMU on "
                    "this machine; none")
        ->check(CLI::IsMember({"auto", "trial", "none"}))
        ->capture_default_str();
    command.add_flag("--kvm", options.kvm, "For the trial boot, use this machine's processor (/dev/kvm)");
}

void add_common_options(CLI::App& command, PublishCommand& options)
{
    command.add_option("--store", options.store, "The store's folder; made where there is none")
        ->type_name("DIR")
        ->required();
    command.add_option("--series", options.plan.series, "The record's name over time")->required();
    command.add_option("--number", options.number, "Its number, or auto: one more than the server's newest")
        ->required();
    command.add_option("--title", options.plan.title, "Its name for people")->required();
    command.add_option("--key", options.keys, "Private keys to sign with")->type_name("KEY")->required();
    command.add_option("-o,--out", options.out, "The signed record to write")->type_name("FILE")->required();
    add_cutting_options(command, options.chunking, options.zstd_level);
    add_server_options(command, options.server);
    command.add_flag("--draft", options.draft,
                     "The server does not offer it before \"farboot record publish\" says so");
    command.add_flag(
        "!--no-upload", options.upload,
        "Send the server the record alone. Otherwise it gets first what the record names, as far as it lacks that");
    command.add_flag("--json", options.json, "Print JSON");
}

void add_boot(CLI::App& group, Action& chosen)
{
    const auto [command, options] = add_command(group, chosen, "boot", "Publish a system that PCs boot", publish);
    options->plan.type = "boot";
    add_common_options(*command, *options);
    add_audience(*command, *options);
    add_trial_options(*command, *options);
    command->add_option("--kernel", options->kernel, "The kernel")->type_name("FILE")->required();
    command->add_option("--initramfs", options->initramfs, "Initramfs files, in order")->type_name("FILE");
    command
        ->add_option("--image", options->image,
                     "The root file system: a raw file or block device, an image of the store, or an upload of the "
                     "server (upload:12), which is fetched into the store's folder first")
        ->type_name("FILE|DIGEST|UPLOAD");
    command->add_option(
        "--cmdline", options->plan.cmdline,
        "The kernel's command line. What it has systemd start (systemd.unit=…, single, 3) is what the guess of "
        "a boot profile follows");
    command->add_option("--data", options->plan.data, "A file that a server may push, as name:max_bytes")
        ->type_name("NAME:MAX")
        ->capture_default_str();
    command
        ->add_option("--offline-days", options->plan.offline_days, "How long it may boot without a server's statement")
        ->capture_default_str();
    command->footer(
        "Example:\n"
        "  farboot publish boot --store /srv/farboot/store --series debian-desktop --number auto \\\n"
        "      --title \"Debian desktop\" --kernel vmlinuz --initramfs initrd.img --image root.squashfs \\\n"
        "      --cmdline \"boot=farboot quiet\" --key publisher.pem --server https://boot.example.org \\\n"
        "      --ca ca.pem --token-file token -o desktop.dsse");
}

void add_vm(CLI::App& group, Action& chosen)
{
    const auto [command, options] = add_command(group, chosen, "vm", "Publish a virtual machine", publish);
    options->plan.type = "vm";
    options->chunking = "fixed";
    add_common_options(*command, *options);
    add_audience(*command, *options);
    add_trial_options(*command, *options);
    auto& machine = options->plan.machine;
    command
        ->add_option("--image", options->image,
                     "Its disk: a raw file or block device, an image of the store, or an upload of the server "
                     "(upload:12), which is fetched into the store's folder first")
        ->type_name("FILE|DIGEST|UPLOAD")
        ->required();
    command->add_option("--memory", machine.memory_mib, "Memory in MiB")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--cpus", machine.cpus, "Virtual CPUs")->check(CLI::PositiveNumber)->capture_default_str();
    command->add_option("--firmware", machine.firmware, "Its firmware")
        ->check(CLI::IsMember({"bios", "uefi", "uefi-secure"}))
        ->capture_default_str();
    command->add_option("--os", machine.os, "Its system, as libosinfo names it (http://debian.org/debian/12)")
        ->type_name("ID");
    command->add_option("--disk-bus", machine.disk_bus, "How it sees the disk")
        ->check(CLI::IsMember({"virtio", "sata", "ide"}))
        ->capture_default_str();
    command->add_flag("--guest-scripts", machine.scripts,
                      "It runs scripts that a menu entry brings; they come from the catalog, signed by nobody");
    command->add_option("--nic", machine.nic, "Its network card")
        ->check(CLI::IsMember({"virtio", "e1000e", "none"}))
        ->capture_default_str();
    command->footer(
        "Disks in another format are converted first: qemu-img convert -O raw disk.qcow2 disk.raw\n\nExample:\n"
        "  farboot publish vm --store /srv/farboot/store --series tiny-linux --number 1 --title \"Tiny Linux\" \\\n"
        "      --image tiny.img --memory 512 --cpus 1 --key publisher.pem -o vm.dsse");
}

void add_gui(CLI::App& group, Action& chosen)
{
    const auto [command, options] =
        add_command(group, chosen, "gui", "Publish the graphical layer of the preboot system", publish);
    options->plan.type = "gui";
    add_common_options(*command, *options);
    command
        ->add_option("--profile", options->profile,
                     "auto: the image gets the boot profile of the version before, if there is one in the store")
        ->check(CLI::IsMember({"auto", "none"}))
        ->capture_default_str();
    command
        ->add_option("--image", options->image,
                     "A squashfs with /usr/bin/farboot-browser in it, or an image of the store")
        ->type_name("FILE|DIGEST")
        ->required();
    command->footer(
        "Example:\n"
        "  farboot publish gui --store /srv/farboot/store --series standard --number 1 --title \"Graphical menu\" \\\n"
        "      --image gui.squashfs --key publisher.pem -o gui.dsse");
}

} // namespace

void add_publish_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("publish", "Put an image into a store and sign a record of it");
    group->require_subcommand(1);
    group->footer("A publishing that was killed or stopped goes on when it is started again: whole packs are kept.");
    add_boot(*group, chosen);
    add_vm(*group, chosen);
    add_gui(*group, chosen);
}

} // namespace farboot::rootfs
