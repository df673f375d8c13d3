#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <sys/types.h>

namespace farboot::browser
{

/// Reads in /proc whether the process that renders pages is shut in: under a seccomp filter, and in user, pid and
/// network namespaces other than this process's. Chromium itself goes on silently without namespaces where it may not
/// make them. Reason: sandbox-missing, naming what is missing.
[[nodiscard]] Result<void> prove_sandbox(pid_t renderer, const std::filesystem::path& proc = "/proc");

} // namespace farboot::browser
