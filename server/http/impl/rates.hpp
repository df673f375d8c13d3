#pragma once

#include "server/http/limits.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace farboot::server::http
{

/// What an IPv6 address is counted as: its /64, of which one person has as many addresses as he likes.
[[nodiscard]] std::string counted_as(const std::string& address);

/// How many requests and bytes each address has had lately. An address may be silent and then take a burst at once.
class Rates
{
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Rates(const Limits& limits) : limits_(limits) {}

    /// Counts one request. 0: it may be answered; otherwise how long to wait.
    [[nodiscard]] std::chrono::seconds take(const std::string& address, Time now);
    /// Counts what was sent, afterwards: an answer is sent whole, and the next requests pay for it.
    void sent(const std::string& address, std::uint64_t bytes, Time now);

    [[nodiscard]] std::size_t size() const { return uses_.size(); }

private:
    struct Use {
        double requests = 0;
        double bytes = 0;
        Time when{};
    };
    /// Brings it to `now`.
    Use& use_of(const std::string& address, Time now);
    void drain(Use& use, Time now) const;
    [[nodiscard]] bool off() const { return limits_.requests_per_second == 0 && limits_.bytes_per_second == 0; }

    const Limits& limits_;
    std::mutex mutex_;
    std::map<std::string, Use> uses_;
    std::size_t tidy_above_ = 1024;
};

} // namespace farboot::server::http
