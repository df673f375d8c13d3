#pragma once

#include "rootfs/base/error.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Is there such a program on the PATH? Reason: program-missing; the sentence names Debian's package that has it.
[[nodiscard]] Result<void> find_program(const std::string& name, const std::string& package);

/// Runs a program of the PATH to its end; what it prints goes to standard error. A stop ends it. Reasons:
/// program-failed, cancelled.
[[nodiscard]] Result<void> run_program(const std::vector<std::string>& command, const std::stop_token& stop);

} // namespace farboot::rootfs
