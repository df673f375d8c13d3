#pragma once

#include "rootfs/record/record.hpp"

#include <cstdint>
#include <string>

namespace farboot::rootfs
{

/// Of kernel and initramfs.
[[nodiscard]] std::uint64_t total_bytes(const BootRecord& record);

/// The files lie in memory, and the kernel takes a copy: what does not fit is said before it is fetched. `meminfo`:
/// what /proc/meminfo says; what does not tell how much is available lets everything pass. Reason: memory-short.
[[nodiscard]] Result<void> check_memory(const std::string& meminfo, std::uint64_t total);

} // namespace farboot::rootfs
