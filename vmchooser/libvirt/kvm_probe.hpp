#pragma once

#include <chrono>
#include <filesystem>

namespace farboot::vmchooser
{

/// True if this process can run a guest by KVM, seen by running one: a handful of instructions in real mode. The device
/// alone proves nothing (no permission, a BIOS that forbids it, a nested host on which guests hang).
/// Takes some ms; gives up after `deadline`.
[[nodiscard]] bool kvm_works(const std::filesystem::path& device = "/dev/kvm",
                             std::chrono::milliseconds deadline = std::chrono::seconds(2));

} // namespace farboot::vmchooser
