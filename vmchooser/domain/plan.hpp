#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/record.hpp"
#include "vmchooser/domain/host.hpp"

#include <filesystem>
#include <string>

namespace farboot::vmchooser
{

/// Where a machine's files lie and its disk comes from.
struct MachinePlaces {
    std::filesystem::path overlay;
    std::filesystem::path nvram;
    std::filesystem::path serial_socket;
    std::filesystem::path nbd_socket;
    std::string export_name;
};

/// What a host keeps for itself: the desktop, the viewer, QEMU's own memory.
inline constexpr std::uint64_t host_reserve_mib = 256;
/// Less than this is not worth a try.
inline constexpr std::uint64_t least_memory_mib = 32;

/// Fits a record's wishes to this PC: never more memory or processors than it has.
/// Reasons: machine-unsupported (a combination that no PC offers), memory-short (the PC has less than half of what the
/// record wishes for).
[[nodiscard]] Result<DomainSpec> plan_domain(const rootfs::VmRecord& record, const HostFacts& host,
                                             const MachinePlaces& places);

} // namespace farboot::vmchooser
