#pragma once

#include "rootfs/base/error.hpp"

namespace farboot::rootfs
{

/// Makes the process small: small stacks for all threads to come, few heaps. Before any thread is started.
void use_little_memory();

/// No page of the process may ever have to be read back from the device that it serves. Pages count once they are
/// touched, not before, which is a tenth of what they all are. Reason: memory-lock.
[[nodiscard]] Result<void> lock_memory();

} // namespace farboot::rootfs
