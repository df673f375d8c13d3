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
/// One that the list does not have is followed by others: a program that was not foreseen. While reads follow the
/// list's order, one or two are as a rule all: a chunk that a new version has changed and that nothing stood for.
constexpr std::size_t fitting_from = 16;
constexpr std::size_t fitting_in_order_from = 14;
/// Reads go through a list that was learnt from the first row to the last, and leave hardly any out; in one that was
/// guessed they are here and there. Of the rows up to where reads are, so many were read: four of five (reads that are
/// farther among them), or of one that is right to the end, nine of ten. Of the latest, a few may be farther.
constexpr double in_order_from = 0.8;
constexpr double whole_from = 0.9;
constexpr std::ptrdiff_t farther_than = straying_window * 7 / 8;
/// So much may lie unread at first; then also so many times what was read of the list. Of a list that was guessed a
/// quarter is never read and much is read late: with half of what was read, reads run ahead of it.
constexpr std::uint64_t first_unread = 8 * 1024 * 1024;
constexpr double worth_in_order = 4;
constexpr double worth_out_of_order = 0.75;
/// A PC that has read nothing new for longer does not compute: a person is to log in.
constexpr HotUse::Seconds longest_computed{1};
} // namespace

void HotUse::expect(const HotList& list)
{
    const std::scoped_lock lock(mutex_);
    chunks_.clear();
    foreseen_.clear();
    unread_bytes_ = 0;
    read_bytes_ = 0;
    read_rows_ = 0;
    latest_rows_.clear();
    missed_.reset();
    strayed_ = false;
    guessed_ = list.guessed;
    if (known_) // what was computed before the first list came belongs to its reads, which are counted below
        computed_ = {};
    known_ = true;
    for (const auto& row : list.rows)
        chunks_.emplace(row.digest, Chunk{.length = row.plain_length, .row = chunks_.size()});
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
            read_bytes_ += found->second.length;
            ++read_rows_;
            latest_rows_.push_back(found->second.row);
            if (found->second.brought)
                unread_bytes_ -= found->second.length;
            else
                missed_ = found->second.row;
        }
    }
    while (foreseen_.size() > straying_window)
        foreseen_.pop_front();
    while (latest_rows_.size() > straying_window)
        latest_rows_.pop_front();
    strayed_ |= foreseen_.size() == straying_window && foreseen(straying_window) < straying_below;
    changed_.notify_all();
}

void HotUse::note_time(Seconds client, Cost cost)
{
    const std::scoped_lock lock(mutex_);
    computed_ += std::min(client - std::exchange(client_time_, client), longest_computed);
    cost_ = cost;
}

bool HotUse::has(const Digest& chunk) const
{
    const std::scoped_lock lock(mutex_);
    return chunks_.contains(chunk);
}

bool HotUse::was_used(const Digest& chunk) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = chunks_.find(chunk);
    return found != chunks_.end() && found->second.used;
}

bool HotUse::is_settled(const Digest& chunk) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = chunks_.find(chunk);
    return found != chunks_.end() && (found->second.used || found->second.brought);
}

std::optional<std::size_t> HotUse::take_missed()
{
    const std::scoped_lock lock(mutex_);
    return std::exchange(missed_, std::nullopt);
}

void HotUse::note_brought(const Digest& chunk)
{
    const std::scoped_lock lock(mutex_);
    const auto found = chunks_.find(chunk);
    if (found == chunks_.end() || found->second.brought)
        return;
    found->second.brought = true;
    if (missed_ == found->second.row) // it was on its way
        missed_.reset();
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
    return foreseen_.size() < fitting_window ||
           foreseen(fitting_window) >= (in_order() ? fitting_in_order_from : fitting_from);
}

bool HotUse::strays() const
{
    const std::scoped_lock lock(mutex_);
    return strayed_;
}

bool HotUse::is_out_of_order() const
{
    const std::scoped_lock lock(mutex_);
    return latest_rows_.size() == straying_window && !in_order();
}

bool HotUse::is_in_order() const
{
    const std::scoped_lock lock(mutex_);
    return in_order();
}

bool HotUse::leaves_rows_out() const
{
    const std::scoped_lock lock(mutex_);
    return latest_rows_.size() == straying_window && share_read(straying_window - 1 - farther_than) < whole_from;
}

bool HotUse::in_order() const
{
    return share_read() >= in_order_from;
}

double HotUse::share_read(std::size_t farther) const
{
    if (latest_rows_.size() < straying_window)
        return 0;
    auto rows = std::vector(latest_rows_.begin(), latest_rows_.end());
    const auto far = rows.begin() + farther_than;
    std::ranges::nth_element(rows, far);
    return static_cast<double>(read_rows_ - farther) / static_cast<double>(std::max<std::size_t>(*far, 1));
}

/// Without its list a client would have waited for each chunk of it. Where it computes for longer than that, most comes
/// in good time anyway, and what was guessed wrong costs more than what it saves.
double HotUse::worth() const
{
    if (latest_rows_.size() < straying_window)
        return worth_out_of_order;
    if (in_order() && !guessed_)
        return worth_in_order;
    const auto transfer =
        Seconds(cost_.bytes_a_second > 0 ? static_cast<double>(read_bytes_) / cost_.bytes_a_second : 0);
    const auto saved = static_cast<double>(read_rows_) * cost_.round_trip + transfer;
    if (saved < computed_)
        return worth_out_of_order * (saved / computed_);
    return in_order() ? worth_in_order : worth_out_of_order;
}

std::uint64_t HotUse::room(std::uint64_t most) const
{
    const auto worth_bytes = static_cast<std::uint64_t>(static_cast<double>(read_bytes_) * worth());
    const auto may_lie = std::min(most, first_unread + worth_bytes);
    return may_lie - std::min(may_lie, unread_bytes_ + taken_bytes_);
}

std::uint64_t HotUse::take_room(std::uint64_t least, std::uint64_t most, const std::stop_token& stop,
                                std::uint64_t part)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return room(most) >= least || strayed_; });
    if (stop.stop_requested() || strayed_)
        return 0;
    const auto taken = std::min(room(most), part);
    taken_bytes_ += taken;
    return taken;
}

void HotUse::give_back(std::uint64_t room)
{
    const std::scoped_lock lock(mutex_);
    taken_bytes_ -= room;
    changed_.notify_all();
}

} // namespace farboot::rootfs
