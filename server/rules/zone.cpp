#include "server/rules/zone.hpp"

#include <algorithm>

namespace farboot::rules
{

using std::chrono::local_seconds;
using std::chrono::sys_seconds;

Zone::Zone(std::chrono::seconds offset, std::vector<Step> steps)
{
    steps_.reserve(steps.size() + 1);
    steps_.push_back({sys_seconds::min(), offset});
    steps_.insert(steps_.end(), steps.begin(), steps.end());
}

local_seconds Zone::local(sys_seconds time) const
{
    const auto next = std::ranges::upper_bound(steps_, time, {}, &Step::from);
    return local_seconds(time.time_since_epoch() + std::prev(next)->offset);
}

sys_seconds Zone::instant(local_seconds local) const
{
    // the first step at whose end the clock has passed `local`
    std::size_t low = 0;
    std::size_t high = steps_.size() - 1;
    while (low < high) {
        const auto middle = (low + high) / 2;
        if (steps_[middle + 1].from.time_since_epoch() + steps_[middle].offset > local.time_since_epoch())
            high = middle;
        else
            low = middle + 1;
    }
    const sys_seconds moment(local.time_since_epoch() - steps_[low].offset);
    return std::max(moment, steps_[low].from);
}

bool is_zone_name(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && text.front() != '/' && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                      c == '_' || c == '+' || c == '-';
           });
}

} // namespace farboot::rules
