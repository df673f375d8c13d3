#include "vmchooser/launch/launcher.hpp"

#include "vmchooser/domain/domain_xml.hpp"
#include "vmchooser/domain/plan.hpp"
#include "vmchooser/libvirt/serial_log.hpp"
#include "vmchooser/scratch/scratch.hpp"
#include "vmchooser/scratch/script_medium.hpp"
#include "vmchooser/system/journal.hpp"

#include <optional>

namespace farboot::vmchooser
{
namespace
{

/// The viewer notices a guest's power-off before libvirt has reported it.
constexpr std::chrono::seconds end_grace{5};
constexpr int viewer_tries = 3;

std::unexpected<Error> cancelled()
{
    return fail("cancelled", "The start was cancelled.");
}

Result<void> judge(DomainEnd end)
{
    switch (end) {
    case DomainEnd::failed:
        return fail("machine-failed",
                    "The virtual machine ended unexpectedly. Start it again; nothing on its disk is harmed.");
    case DomainEnd::lost:
        return fail("hypervisor-lost",
                    "The virtualization service of this PC ended, and the machine with it. Start it again.");
    default:
        return {};
    }
}

} // namespace

Launcher::Launcher(LaunchParts parts, LaunchPlaces places) : parts_(std::move(parts)), places_(std::move(places)) {}

Result<void> Launcher::run(const MenuEntry& entry, std::stop_token stop, const Progress& progress)
{
    log_stage("vm-start record=" + entry.record.text());
    progress(LaunchStep::checking);
    const auto vm = parts_.fetch(entry, stop);
    if (!vm)
        return std::unexpected(vm.error());

    progress(LaunchStep::disk);
    const auto disk = parts_.reader->add(vm->envelope_json, stop);
    if (!disk)
        return std::unexpected(disk.error());
    auto result = disk->bytes == vm->record.image.bytes
                      ? run_on_disk(*vm, entry.offering, *disk, std::move(stop), progress)
                      : fail("reader-protocol", "The reader offers a disk of {} bytes where the record says {}.",
                             disk->bytes, vm->record.image.bytes);
    if (auto removed = parts_.reader->remove(disk->name); !removed)
        log_warning(fmt::format("The export {} stays behind: {}", disk->name, removed.error().sentence));
    return result;
}

Result<void> Launcher::run_on_disk(const VerifiedVm& vm, const Offering& offering, const ReaderExport& disk,
                                   std::stop_token stop, const Progress& progress)
{
    const auto name = vm.record.header.name.text();
    const auto scratch = Scratch::create(places_.scratch, vm.record.header.name.series);
    if (!scratch)
        return std::unexpected(scratch.error());
    if (auto made = scratch->make_overlay(disk.bytes, *parts_.processes, stop); !made)
        return stop.stop_requested() ? cancelled() : made;

    progress(LaunchStep::starting);
    const auto host = parts_.host();
    if (offering.home != HomeShare::none && host.home.empty())
        log_notice(name + ": the entry would share the user's home with the machine, which this PC does not allow "
                          "(vmchooser --share-home)");
    const auto spec = plan_domain(vm.record, offering, host,
                                  {.overlay = scratch->overlay(),
                                   .nvram = scratch->nvram(),
                                   .serial_socket = scratch->serial_socket(),
                                   .script_medium = scratch->script_medium(),
                                   .nbd_socket = places_.nbd_socket,
                                   .export_name = disk.name});
    if (!spec)
        return std::unexpected(spec.error());
    if (offering.script && spec->script_medium.empty())
        log_notice(name +
                   ": the entry has a script for the machine, which its record does not take (farboot publish vm "
                   "--guest-scripts)");
    if (!spec->script_medium.empty())
        if (auto written = write_script_medium(spec->script_medium, *offering.script); !written)
            return written;
    if (stop.stop_requested())
        return cancelled();
    std::optional<SerialLog> serial;
    auto domain = parts_.hypervisor->start(to_domain_xml(*spec), [&]() -> Result<void> {
        auto attached = SerialLog::attach(scratch->serial_socket(),
                                          [name](const std::string& line) { log_notice(name + ": " + line); });
        if (!attached)
            return std::unexpected(attached.error());
        serial.emplace(std::move(*attached));
        return {};
    });
    if (!domain)
        return std::unexpected(domain.error());
    log_stage("vm-running record=" + name);
    progress(LaunchStep::running);
    return show(**domain, std::move(stop));
}

Result<void> Launcher::show(Domain& domain, std::stop_token stop)
{
    // Ends the viewer together with the machine: left alone, it would wait for a machine that is gone.
    std::stop_source end_viewer;
    domain.on_end([end_viewer]() mutable { end_viewer.request_stop(); });
    const std::stop_callback pass_on(stop, [&] { end_viewer.request_stop(); });
    for (int tries = 0; tries < viewer_tries; ++tries) {
        const auto viewer = parts_.processes->run({"virt-viewer", "--attach", "--kiosk", "--kiosk-quit=on-disconnect",
                                                   "--connect", parts_.hypervisor->uri(), domain.uuid()},
                                                  end_viewer.get_token());
        if (!viewer)
            return std::unexpected(viewer.error());
        if (stop.stop_requested()) {
            domain.destroy();
            return domain.wait_for(end_grace) ? cancelled() : fail("machine-start", "The machine does not stop.");
        }
        if (const auto end = domain.wait_for(end_grace))
            return judge(*end);
        log_warning(
            fmt::format("virt-viewer ended with {} while the machine runs: {}", viewer->exit_code, viewer->message));
    }
    return fail("viewer-failed", "The picture of the virtual machine cannot be shown: virt-viewer ended {} times.",
                viewer_tries);
}

} // namespace farboot::vmchooser
