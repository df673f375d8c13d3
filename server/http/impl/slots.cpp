#include "server/http/impl/slots.hpp"

namespace farboot::server::http
{

std::optional<Slots::Slot> Slots::take(std::string key)
{
    std::lock_guard lock(mutex_);
    if (all_ >= most_)
        return std::nullopt;
    if (!key.empty()) {
        auto& count = by_key_[key];
        if (count >= most_per_key_)
            return std::nullopt;
        ++count;
    }
    ++all_;
    return std::optional<Slot>(std::in_place, *this, std::move(key));
}

void Slots::release(const std::string& key)
{
    std::lock_guard lock(mutex_);
    --all_;
    if (const auto found = by_key_.find(key); found != by_key_.end() && --found->second == 0)
        by_key_.erase(found);
    changed_.notify_all();
}

bool Slots::wait_until_empty(std::chrono::milliseconds patience)
{
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return all_ == 0; });
}

} // namespace farboot::server::http
