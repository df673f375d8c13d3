#pragma once

#include "vmchooser/domain/domain_spec.hpp"

#include <cstdint>

namespace farboot::vmchooser
{

/// What this PC can give to a virtual machine.
struct HostFacts {
    Accelerator accelerator = Accelerator::tcg;
    std::uint64_t free_memory_mib = 0; ///< what can be used without swapping (MemAvailable)
    std::uint32_t cpus = 1;
    bool tpm_emulator = false; ///< swtpm and swtpm_setup are installed
};

} // namespace farboot::vmchooser
