#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// A store's base URL, "https://server/store", without a slash at the end.
struct Source {
    std::size_t index = 0; ///< in the list it came from
    std::string url;
};

/// Reads sources.json (docs/records.md). Only absolute http:// and https:// URLs without user, query and fragment; 1 …
/// 16 of them. Reason: sources-malformed.
[[nodiscard]] Result<std::vector<std::string>> parse_sources(std::string_view json);

/// How new a copy an attempt must use.
enum class Freshness {
    usual,       ///< whatever is known and cached
    new_locator, ///< forget what is known of where things lie, ask anew
    past_caches, ///< besides, no cache on the way may answer
};

/// The sources of an image, in order of preference, and which of them to leave alone for a while. Safe for many
/// threads.
///
///            attempt fails                      all failed
///   usual ──────────────> new_locator ─> past_caches ─> next source ────────> waiting ─(0.5 … 10 s)─> first source
///     └ unreachable: next source at once; a source that failed is tried after the others for a jittered time
class SourceSet
{
public:
    struct Options {
        std::chrono::milliseconds first_wait{500};
        std::chrono::milliseconds longest_wait{10'000};
        /// A source that could not be reached comes after the others for so long, up to half more by chance.
        std::chrono::milliseconds avoid{10'000};
        /// The same for one whose bytes were wrong even past caches.
        std::chrono::milliseconds quarantine{60'000};
        /// One line for the person at the PC: when waiting begins and when it ends.
        std::function<void(std::string_view)> notice;
    };

    /// Tries something at a source. Reasons that tell of old or wrong bytes (http-404, http-416, digest-mismatch, …)
    /// lead to the next freshness, all others to the next source.
    using Attempt = std::function<Result<void>(const Source&, Freshness)>;

    SourceSet(std::vector<std::string> urls, Options options);

    /// A newer locator or a way past caches may help.
    [[nodiscard]] static bool may_be_stale(const Error& error);

    /// Goes round until an attempt is good or patience ends. Reasons: cancelled, or the last attempt's.
    [[nodiscard]] Result<void> until_good(const Attempt& attempt, Counters& counters, const Patience& patience);
    /// One attempt at the best source: for what nobody waits for.
    [[nodiscard]] Result<void> once(const Attempt& attempt);

    /// Which one to ask first now.
    [[nodiscard]] Source best() const { return in_order().front(); }
    [[nodiscard]] std::vector<Source> all() const;

    struct State {
        std::string url;
        std::string state; ///< good, avoided, quarantined
    };
    [[nodiscard]] std::vector<State> states() const;
    /// True while somebody waits because no source could help.
    [[nodiscard]] bool waiting() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        Source source;
        Clock::time_point avoid_until{};
        bool quarantined = false;
    };

    [[nodiscard]] std::vector<Source> in_order() const;
    [[nodiscard]] Result<void> try_source(const Source& source, const Attempt& attempt, Counters& counters);
    void praise(const Source& source);
    void blame(const Source& source, const Error& error);
    void begin_waiting(const Error& error);
    void end_waiting(bool good);
    /// False when patience ended.
    [[nodiscard]] bool wait(std::chrono::milliseconds time, const Patience& patience);

    Options options_;
    mutable std::mutex mutex_;
    std::condition_variable_any praised_;
    std::vector<Entry> sources_;
    std::size_t praises_ = 0;
    std::size_t waiting_ = 0;
    Clock::time_point waiting_since_{};
};

} // namespace farboot::rootfs
