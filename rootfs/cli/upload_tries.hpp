#pragma once

#include "rootfs/base/error.hpp"

#include <cstddef>
#include <functional>
#include <stop_token>

/// What uploads have in common, to a server and to an S3 store.
namespace farboot::rootfs
{

/// Does something again while network or server fail for a while, for some two minutes, and says so. A failure that
/// does not pass by itself is given back at once.
[[nodiscard]] Result<void> try_again(const std::function<Result<void>()>& attempt, const std::stop_token& stop);

/// Does the jobs 0 … `count` - 1 on a few threads, in order, until all are done or one has failed; its failure is given
/// back. `tick` is called meanwhile on the caller's thread, a few times a second.
[[nodiscard]] Result<void> several_at_a_time(std::size_t count, const std::function<Result<void>(std::size_t)>& job,
                                             const std::function<void()>& tick);

} // namespace farboot::rootfs
