#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace farboot::server::api
{

/// Slows guessing down: each key has a bucket of failures that drains with time.
class Throttle
{
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `most` failures at once, and one more each `drain`.
    Throttle(double most, std::chrono::seconds drain) : most_(most), drain_(drain) {}

    /// 0: may try; otherwise how long to wait.
    [[nodiscard]] std::chrono::seconds wait(const std::string& key, Time now);
    void failed(const std::string& key, Time now);
    void forget(const std::string& key); ///< after a success

private:
    struct Bucket {
        double failures = 0;
        Time when;
    };
    double level(const Bucket& bucket, Time now) const;

    std::mutex mutex_;
    std::map<std::string, Bucket> buckets_;
    double most_;
    std::chrono::duration<double> drain_;
};

/// What failures are counted by: an IPv4 address, or the /64 of an IPv6 one, of which one person has as many addresses
/// as he likes.
[[nodiscard]] std::string network_of(const std::string& address);

} // namespace farboot::server::api
