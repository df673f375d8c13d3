#pragma once

#include "vmchooser/catalog/client.hpp"
#include "vmchooser/domain/host.hpp"
#include "vmchooser/libvirt/hypervisor.hpp"
#include "vmchooser/reader/reader_client.hpp"
#include "vmchooser/system/processes.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace farboot::vmchooser
{

/// Where a machine is on its way.
enum class LaunchStep { checking, disk, starting, running };

struct LaunchPlaces {
    std::filesystem::path scratch; ///< base folder, see Scratch
    std::filesystem::path nbd_socket = "/run/farboot-reader/nbd.sock";
};

/// What the launcher needs of the world; all of it must outlive it.
struct LaunchParts {
    std::function<Result<VerifiedVm>(const MenuEntry&, std::stop_token)> fetch;
    std::function<HostFacts()> host;
    const ReaderClient* reader;
    Hypervisor* hypervisor;
    Processes* processes;
};

/// Takes one virtual machine from its record to its end.
class Launcher
{
public:
    using Progress = std::function<void(LaunchStep)>;
    Launcher(LaunchParts parts, LaunchPlaces places);

    /// Fetches and checks the record, gets its disk from the reader, starts the machine, shows it in full screen, and
    /// returns when it has ended and nothing of it is left. `stop` ends it at any time. Blocks; prints the stage lines
    /// vm-start and vm-running. Reasons: those of the parts, cancelled, viewer-failed, machine-failed (QEMU died),
    /// hypervisor-lost.
    [[nodiscard]] Result<void> run(const MenuEntry& entry, std::stop_token stop, const Progress& progress);

private:
    [[nodiscard]] Result<void> run_on_disk(const VerifiedVm& vm, const Offering& offering, const ReaderExport& disk,
                                           std::stop_token stop, const Progress& progress);
    [[nodiscard]] Result<void> show(Domain& domain, std::stop_token stop);

    LaunchParts parts_;
    LaunchPlaces places_;
};

} // namespace farboot::vmchooser
