#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace farboot::server::http
{

/// Counts connections, all and by address.
class Slots
{
public:
    /// One connection's place; gives it back when destroyed.
    class Slot
    {
    public:
        Slot(Slots& slots, std::string key) : slots_(&slots), key_(std::move(key)) {}
        Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)), key_(std::move(other.key_)) {}
        Slot& operator=(Slot&&) = delete;
        ~Slot()
        {
            if (slots_)
                slots_->release(key_);
        }

    private:
        Slots* slots_;
        std::string key_;
    };

    Slots(std::size_t most, std::size_t most_per_key) : most_(most), most_per_key_(most_per_key) {}

    /// Nothing when a limit is reached. An empty key counts among all only.
    [[nodiscard]] std::optional<Slot> take(std::string key);
    /// True when all were given back in time.
    bool wait_until_empty(std::chrono::milliseconds patience);

private:
    void release(const std::string& key);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::size_t> by_key_;
    std::size_t all_ = 0;
    std::size_t most_;
    std::size_t most_per_key_;
};

} // namespace farboot::server::http
