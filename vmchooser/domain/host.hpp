#pragma once

#include "vmchooser/domain/domain_spec.hpp"

#include <cstdint>
#include <filesystem>

namespace farboot::vmchooser
{

/// What this PC can give to a virtual machine.
struct HostFacts {
    Accelerator accelerator = Accelerator::tcg;
    std::uint64_t free_memory_mib = 0; ///< what can be used without swapping (MemAvailable)
    std::uint32_t cpus = 1;
    bool tpm_emulator = false;    ///< swtpm and swtpm_setup are installed
    std::uint64_t memory_mib = 0; ///< all that it has (MemTotal)
    bool usb = true;              ///< its ports may be handed on: an option of the program
    std::filesystem::path home{}; ///< the user's, if machines may see it: an option of the program; else empty
};

} // namespace farboot::vmchooser
