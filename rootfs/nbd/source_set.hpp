#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/patience.hpp"
#include "rootfs/nbd/race.hpp"
#include "rootfs/nbd/source_meter.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// A store's base URL, "https://server/store", without a slash at the end.
struct Source {
    std::size_t index = 0; ///< in the list it came from
    std::string url;
    std::shared_ptr<SourceMeter> meter = std::make_shared<SourceMeter>();
};

/// A store's base URL as a person writes it: absolute http:// or https://, without user, query and fragment. Slashes at
/// its end go. Reason: sources-malformed.
[[nodiscard]] Result<std::string> parse_source(std::string_view url);
/// What sources.json says (docs/records.md).
struct SourceList {
    std::vector<std::string> urls; ///< 1 … 16, as above
    std::string tokens;            ///< where tokens for restricted images are given out; may be empty
};
/// Reason: sources-malformed.
[[nodiscard]] Result<SourceList> parse_sources(std::string_view json);

/// The longest list of sources.
constexpr std::size_t max_sources = 16;

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
///     ├ unreachable: next source at once; a source that failed is tried after the others for a jittered time
///     ├ late: next source beside it (RaceTrack); one that is often beaten comes after the others, too
///     └ waiting: one of all who wait asks those that are gone every second or so, and whoever reaches one wakes the
///       others
class SourceSet
{
public:
    struct Options {
        std::chrono::milliseconds first_wait{500};
        std::chrono::milliseconds longest_wait{10'000};
        /// Meanwhile one of those who wait asks the sources that are gone so often, up to half more by chance. That
        /// many PCs do so costs a server that comes back less than what they all ask for next.
        std::chrono::milliseconds probe{1'000};
        /// A source that could not be reached comes after the others for so long, up to half more by chance.
        std::chrono::milliseconds avoid{10'000};
        /// The same for one whose bytes were wrong even past caches.
        std::chrono::milliseconds quarantine{60'000};
        /// The same for one that was often beaten by a source asked later, but before those that failed.
        std::chrono::milliseconds slow{30'000};
        /// One line for the person at the PC: when waiting begins and when it ends.
        std::function<void(std::string_view)> notice;
        /// True when waiting begins, false when it ends, whatever ends it.
        std::function<void(bool)> waiting;
    };

    /// Tries something at a source, with this patience, and tells its progress. Reasons that tell of old or wrong bytes
    /// (http-404, http-416, digest-mismatch, …) lead to the next freshness, all others to the next source. Several may
    /// run at the same time, each at another source.
    using Attempt = std::function<Result<void>(const Source&, Freshness, const Patience&)>;

    SourceSet(std::vector<std::string> urls, Options options);

    /// Goes round until an attempt is good or patience ends. Reasons: cancelled, or the last attempt's.
    [[nodiscard]] Result<void> until_good(const Attempt& attempt, Counters& counters, const Patience& patience);
    /// One attempt at the best source: for what nobody waits for.
    [[nodiscard]] Result<void> once(const Attempt& attempt, const Patience& patience);
    /// Every source, one after the other, until one is good: for what nobody waits for and is wanted all the same. No
    /// source is beaten here, and the person at the PC is told nothing. Reasons: cancelled, or the last attempt's.
    [[nodiscard]] Result<void> each_once(const Attempt& attempt, Counters& counters, const Patience& patience);

    /// Which one to ask first now.
    [[nodiscard]] Source best() const { return in_order().front().source; }
    /// That one, then the one to ask after it, …
    [[nodiscard]] std::vector<Source> by_preference() const;
    [[nodiscard]] std::vector<Source> all() const;

    struct State {
        Source source;
        std::string_view state; ///< good, slow, avoided, quarantined
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
        bool gone = false; ///< it did not answer, or said that it cannot now
        Clock::time_point slow_until{};
        int slowness = 0; ///< grows when it is beaten, falls when it is not
    };
    enum class Rank { good, slow, disgraced };
    struct Ranked {
        Source source;
        Rank rank;
        bool gone;
    };
    enum class Round {
        all,
        probe, ///< only the sources that are gone, as cheaply as may be
    };
    /// One who waits.
    struct Waiter {
        bool probes = false; ///< the only one who does
        Clock::time_point all_again{};
    };

    [[nodiscard]] static Rank rank_of(const Entry& entry, Clock::time_point now);
    [[nodiscard]] std::vector<Ranked> in_order() const;
    /// Each of these sources once, until one is good.
    [[nodiscard]] Result<void> round(Round which, const Attempt& attempt, Counters& counters, const Patience& patience);
    [[nodiscard]] Result<void> try_source(const Source& source, const Attempt& attempt, Counters& counters,
                                          const Patience& patience);
    void praise(const Source& source);
    void note_winner(const Source& source);
    void note_beaten(const Source& source);
    void blame(const Source& source, const Error& error);
    void begin_waiting(const Error& error);
    void end_waiting(const Waiter& waiter, bool good);
    [[nodiscard]] std::size_t praises() const;
    /// Whom to ask next, once it is time; nobody when patience ended. `seen` are the praises before the last round: a
    /// source may come back while that one is still held up by another.
    [[nodiscard]] std::optional<Round> wait(Waiter& waiter, std::size_t seen, const Patience& patience);
    /// Whether this one is to probe: one is, while a source is gone.
    void choose_prober(Waiter& waiter);

    Options options_;
    mutable std::mutex mutex_;
    std::condition_variable_any praised_;
    std::vector<Entry> sources_;
    std::size_t praises_ = 0;
    std::size_t waiting_ = 0;
    bool probed_ = false; ///< one of those who wait probes
    Clock::time_point waiting_since_{};
    RaceTrack track_;
};

} // namespace farboot::rootfs
