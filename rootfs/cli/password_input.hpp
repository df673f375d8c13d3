#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Asks on the terminal, twice, without showing what is typed; where standard input is none, takes one line of it.
/// Reasons: passwords-differ, io.
[[nodiscard]] Result<std::string> read_password(std::string_view prompt);

} // namespace farboot::rootfs
