#pragma once

#include "vmchooser/domain/host.hpp"

#include <cstdint>
#include <string_view>

namespace farboot::vmchooser
{

/// What this PC has now. The free memory changes: ask before each start.
[[nodiscard]] HostFacts probe_host(Accelerator accelerator);

/// MemAvailable of the text of /proc/meminfo, in MiB; 0 if it is not there.
[[nodiscard]] std::uint64_t available_mib(std::string_view meminfo);
/// The same of MemTotal.
[[nodiscard]] std::uint64_t total_mib(std::string_view meminfo);

} // namespace farboot::vmchooser
