#include "server/http/impl/rates.hpp"

#include "server/net/address.hpp"

#include <algorithm>
#include <cmath>

namespace farboot::server::http
{

std::string counted_as(const std::string& address)
{
    const auto parsed = Address::parse(address);
    return parsed && !parsed->v4 ? parsed->masked(64).text() : address;
}

void Rates::drain(Use& use, Time now) const
{
    const double seconds = std::chrono::duration<double>(now - use.when).count();
    use.requests = std::max(0.0, use.requests - seconds * static_cast<double>(limits_.requests_per_second));
    use.bytes = std::max(0.0, use.bytes - seconds * static_cast<double>(limits_.bytes_per_second));
    use.when = now;
}

Rates::Use& Rates::use_of(const std::string& address, Time now)
{
    if (uses_.size() > tidy_above_) {
        for (auto each = uses_.begin(); each != uses_.end();) {
            drain(each->second, now);
            each = each->second.requests == 0 && each->second.bytes == 0 ? uses_.erase(each) : std::next(each);
        }
        tidy_above_ = std::max<std::size_t>(1024, 2 * uses_.size());
    }
    auto [found, fresh] = uses_.try_emplace(counted_as(address), Use{.when = now});
    if (!fresh)
        drain(found->second, now);
    return found->second;
}

std::chrono::seconds Rates::take(const std::string& address, Time now)
{
    if (off())
        return {};
    const std::lock_guard lock(mutex_);
    auto& use = use_of(address, now);
    double wait = 0;
    if (limits_.requests_per_second) {
        const double over = use.requests + 1 - static_cast<double>(limits_.request_burst);
        wait = over / static_cast<double>(limits_.requests_per_second);
    }
    if (limits_.bytes_per_second) {
        const double over = use.bytes - static_cast<double>(limits_.bytes_per_second * limits_.byte_burst_seconds);
        wait = std::max(wait, over / static_cast<double>(limits_.bytes_per_second));
    }
    if (wait > 0)
        return std::chrono::seconds(static_cast<long>(std::ceil(wait)));
    use.requests += limits_.requests_per_second ? 1 : 0;
    return {};
}

void Rates::sent(const std::string& address, std::uint64_t bytes, Time now)
{
    if (limits_.bytes_per_second == 0 || bytes == 0)
        return;
    const std::lock_guard lock(mutex_);
    use_of(address, now).bytes += static_cast<double>(bytes);
}

} // namespace farboot::server::http
