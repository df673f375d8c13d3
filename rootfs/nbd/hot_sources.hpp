#pragma once

#include "rootfs/nbd/source_set.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace farboot::rootfs
{

/// Which source to ask for an image's hot pack, and which have been asked in vain. That one is bad or not there says
/// little of the source: mirrors are brought up to date at different times, and all else that it has may be right. So
/// nobody but the hot stream is told.
class HotSources
{
public:
    struct Next {
        Source source;
        bool past_caches = false;
        bool again = false; ///< all that may have it have failed: not at once
    };
    /// Of these, the best first, the one that has failed least. Nobody if none is left.
    [[nodiscard]] std::optional<Next> next(const std::vector<Source>& by_preference) const;

    /// Its locator has no hot list.
    void note_none(const Source& source);
    /// What it has is gone or wrong: once more, past all caches, then never again.
    void note_stale(const Source& source);
    /// It could not be reached.
    void note_failure(const Source& source) { ++tries_[source.index].failures; }
    /// The stream is farther now: those that could not be reached count as if they had not been asked.
    void note_progress();
    /// One had no list: there may be none anywhere, and no other is waited for.
    [[nodiscard]] bool one_has_none() const { return one_has_none_; }

private:
    struct Tries {
        int failures = 0;
        bool past_caches = false;
        bool over = false;
    };

    std::map<std::size_t, Tries> tries_; ///< by the source's index
    bool one_has_none_ = false;
};

} // namespace farboot::rootfs
