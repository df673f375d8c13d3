#include "server/api/throttle.hpp"

#include "rootfs/base/encoding.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cmath>
#include <span>

namespace farboot::server::api
{

namespace
{

constexpr std::size_t tidy_above = 10'000; // so many keys are looked through for empty buckets

} // namespace

double Throttle::level(const Bucket& bucket, Time now) const
{
    return std::max(0.0, bucket.failures - std::chrono::duration<double>(now - bucket.when) / drain_);
}

std::chrono::seconds Throttle::wait(const std::string& key, Time now)
{
    std::lock_guard lock(mutex_);
    const auto found = buckets_.find(key);
    if (found == buckets_.end())
        return {};
    const double over = level(found->second, now) - (most_ - 1);
    return over <= 0 ? std::chrono::seconds(0)
                     : std::chrono::seconds(static_cast<long>(std::ceil(over * drain_.count())));
}

void Throttle::failed(const std::string& key, Time now)
{
    std::lock_guard lock(mutex_);
    if (buckets_.size() > tidy_above)
        std::erase_if(buckets_, [&](const auto& item) { return level(item.second, now) <= 0; });
    auto& bucket = buckets_[key];
    bucket = {level(bucket, now) + 1, now};
}

void Throttle::forget(const std::string& key)
{
    std::lock_guard lock(mutex_);
    buckets_.erase(key);
}

std::string network_of(const std::string& address)
{
    std::array<char, 16> raw{};
    if (::inet_pton(AF_INET6, address.c_str(), raw.data()) != 1)
        return address;
    return hex(std::as_bytes(std::span(raw).first(8)));
}

} // namespace farboot::server::api
