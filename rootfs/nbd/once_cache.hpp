#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/patience.hpp"

#include <condition_variable>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace farboot::rootfs
{

/// Keeps the `limit` values used last. What several threads want at once is made once; the others wait for it, and make
/// it themselves if that fails or throws.
template <class Key, class Value>
class OnceCache
{
public:
    using Pointer = std::shared_ptr<const Value>;

    explicit OnceCache(std::size_t limit) : limit_(limit) {}

    /// `make` gives a Result<Pointer> and runs without a lock.
    template <class Make>
    [[nodiscard]] Result<Pointer> get(const Key& key, const Patience& patience, Make&& make)
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            const auto found = entries_.find(key);
            if (found == entries_.end())
                break;
            if (found->second.value) {
                order_.splice(order_.begin(), order_, found->second.place);
                return found->second.value;
            }
            made_.wait_for(lock, patience.stop, std::chrono::seconds(1), [&] { return !is_being_made(key); });
            if (is_being_made(key)) {
                lock.unlock();
                if (!patience.lasts())
                    return fail("cancelled", "Nobody waits any longer.");
                lock.lock();
            }
        }
        entries_.emplace(key, Entry{});
        const auto generation = generation_;
        lock.unlock();
        const auto give_up = [&] {
            entries_.erase(key);
            made_.notify_all();
        };
        try {
            auto result = make();
            lock.lock();
            if (!result || generation != generation_) {
                give_up();
                return result;
            }
            keep(key, *result);
            made_.notify_all();
            return result;
        } catch (...) { // no memory: whoever waits for it makes it himself
            if (!lock.owns_lock())
                lock.lock();
            give_up();
            throw;
        }
    }

    /// It is there or being made.
    [[nodiscard]] bool has(const Key& key) const
    {
        const std::scoped_lock lock(mutex_);
        return entries_.contains(key);
    }

    /// It is there.
    [[nodiscard]] bool knows(const Key& key) const
    {
        const std::scoped_lock lock(mutex_);
        const auto found = entries_.find(key);
        return found != entries_.end() && found->second.value;
    }

    /// Forgets everything, what is being made right now too.
    void clear()
    {
        const std::scoped_lock lock(mutex_);
        ++generation_;
        for (const auto& key : order_)
            entries_.erase(key);
        order_.clear();
    }

private:
    struct Entry {
        Pointer value; ///< null while it is being made
        typename std::list<Key>::iterator place{};
    };

    [[nodiscard]] bool is_being_made(const Key& key) const
    {
        const auto found = entries_.find(key);
        return found != entries_.end() && !found->second.value;
    }

    void keep(const Key& key, const Pointer& value)
    {
        order_.push_front(key);
        entries_[key] = Entry{value, order_.begin()};
        while (order_.size() > limit_) {
            entries_.erase(order_.back());
            order_.pop_back();
        }
    }

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable_any made_;
    std::map<Key, Entry> entries_;
    std::list<Key> order_; ///< made ones, used last first
    std::size_t generation_ = 0;
};

} // namespace farboot::rootfs
