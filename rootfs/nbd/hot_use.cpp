#include "rootfs/nbd/hot_use.hpp"

#include <algorithm>
#include <utility>

namespace farboot::rootfs
{

namespace
{
/// Boots of one image differ by less than one chunk in a hundred; another session, or another program that is started,
/// soon reads nothing of the list.
constexpr std::size_t straying_window = 64;
constexpr std::size_t straying_below = 16;
constexpr std::size_t fitting_window = 16;
constexpr std::size_t fitting_from = 12;
} // namespace

void HotUse::expect(const HotList& list)
{
    const std::scoped_lock lock(mutex_);
    chunks_.clear();
    foreseen_.clear();
    unread_bytes_ = 0;
    known_ = true;
    for (const auto& row : list.rows)
        chunks_[row.digest] = {row.plain_length};
    use(std::exchange(early_, {}));
}

void HotUse::note_use(const std::vector<Digest>& chunks)
{
    const std::scoped_lock lock(mutex_);
    if (known_)
        use(chunks);
    else
        early_.insert(early_.end(), chunks.begin(), chunks.end());
}

void HotUse::use(const std::vector<Digest>& chunks)
{
    if (chunks_.empty())
        return;
    for (const auto& digest : chunks) {
        const auto found = chunks_.find(digest);
        foreseen_.push_back(found != chunks_.end());
        if (found != chunks_.end() && !found->second.used) {
            found->second.used = true;
            if (found->second.brought)
                unread_bytes_ -= found->second.length;
        }
    }
    while (foreseen_.size() > straying_window)
        foreseen_.pop_front();
    changed_.notify_all();
}

bool HotUse::was_used(const Digest& chunk) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = chunks_.find(chunk);
    return found != chunks_.end() && found->second.used;
}

void HotUse::note_brought(const Digest& chunk)
{
    const std::scoped_lock lock(mutex_);
    const auto found = chunks_.find(chunk);
    if (found == chunks_.end() || found->second.brought)
        return;
    found->second.brought = true;
    if (!found->second.used)
        unread_bytes_ += found->second.length;
}

std::size_t HotUse::foreseen(std::size_t latest) const
{
    return static_cast<std::size_t>(std::count(
        foreseen_.end() - static_cast<std::ptrdiff_t>(std::min(latest, foreseen_.size())), foreseen_.end(), true));
}

bool HotUse::fits() const
{
    const std::scoped_lock lock(mutex_);
    if (chunks_.empty())
        return false;
    return foreseen_.size() < fitting_window || foreseen(fitting_window) >= fitting_from;
}

bool HotUse::strays_locked() const
{
    return foreseen_.size() == straying_window && foreseen(straying_window) < straying_below;
}

bool HotUse::strays() const
{
    const std::scoped_lock lock(mutex_);
    return strays_locked();
}

bool HotUse::wait_until_unread_below(std::uint64_t bytes, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return unread_bytes_ <= bytes || strays_locked(); });
    return !stop.stop_requested() && !strays_locked();
}

} // namespace farboot::rootfs
