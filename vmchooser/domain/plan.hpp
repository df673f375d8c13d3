#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/record.hpp"
#include "vmchooser/domain/host.hpp"
#include "vmchooser/domain/offering.hpp"

#include <filesystem>
#include <string>

namespace farboot::vmchooser
{

/// Where a machine's files lie and its disk comes from.
struct MachinePlaces {
    std::filesystem::path overlay;
    std::filesystem::path nvram;
    std::filesystem::path serial_socket;
    std::filesystem::path script_medium;
    std::filesystem::path nbd_socket;
    std::string export_name;
};

/// What a host keeps for itself: the desktop, the viewer, QEMU's own memory.
inline constexpr std::uint64_t host_reserve_mib = 256;
/// Less than this is not worth a try.
inline constexpr std::uint64_t least_memory_mib = 32;

/// Fits a record's wishes, and what the server's offering makes of them, to this PC. The offering is not signed, so it
/// only chooses: never more memory or processors than the PC has, never less than half of the memory that the record
/// wishes for, no network for a machine whose record has none, no USB ports and no home that the host does not give,
/// and no script for a machine whose record takes none. Reasons: machine-unsupported (a combination that no PC offers),
/// memory-short (the PC has less than half of what the record wishes for, or less than the offering's least),
/// cpus-short.
[[nodiscard]] Result<DomainSpec> plan_domain(const rootfs::VmRecord& record, const Offering& offering,
                                             const HostFacts& host, const MachinePlaces& places);

} // namespace farboot::vmchooser
