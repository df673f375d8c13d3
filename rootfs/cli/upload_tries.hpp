#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

/// What uploads have in common, to a server and to an S3 store.
namespace farboot::rootfs
{

/// How often something that failed is tried again: for some minute and a half when the network or the server fail, for
/// about an hour when the server says that it is busy, since a cleaning up or a publishing holds its store's lock from
/// its beginning to its end.
class Tries
{
public:
    /// Is it a failure that passes by itself?
    [[nodiscard]] static bool passes(const std::string& reason);
    /// How long to wait after such a failure; nothing: it has failed often enough.
    [[nodiscard]] std::optional<std::chrono::seconds> pause_after(const std::string& reason);

private:
    int failures_ = 0;
    int busy_ = 0; ///< counted for itself: a server may be started anew in that hour
};

/// Does something again while network or server fail for a while (see Tries), and says so. A failure that does not pass
/// by itself is given back at once.
[[nodiscard]] Result<void> try_again(const std::function<Result<void>()>& attempt, const std::stop_token& stop);

/// The same for what gives an answer.
template <class Attempt>
[[nodiscard]] auto ask_again(const Attempt& attempt, const std::stop_token& stop) -> decltype(attempt())
{
    decltype(attempt()) answer;
    auto done = try_again(
        [&]() -> Result<void> {
            answer = attempt();
            if (!answer)
                return std::unexpected(answer.error());
            return {};
        },
        stop);
    if (!done)
        return std::unexpected(std::move(done.error()));
    return answer;
}

/// Does the jobs 0 … `count` - 1 on a few threads, in order, until all are done or one has failed; its failure is given
/// back. `tick` is called meanwhile on the caller's thread, a few times a second.
[[nodiscard]] Result<void> several_at_a_time(std::size_t count, const std::function<Result<void>(std::size_t)>& job,
                                             const std::function<void()>& tick);

} // namespace farboot::rootfs
