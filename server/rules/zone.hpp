#pragma once

#include <chrono>
#include <string_view>
#include <vector>

namespace farboot::rules
{

/// What clocks of a time zone show: UTC and an offset that changes now and then. Where the offsets come from is the
/// caller's business (the IANA database, most likely).
class Zone
{
public:
    struct Step {
        std::chrono::sys_seconds from;
        std::chrono::seconds offset; ///< east of Greenwich, from then on
    };
    /// `steps` in order of time; `offset` holds before the first.
    explicit Zone(std::chrono::seconds offset = {}, std::vector<Step> steps = {});

    [[nodiscard]] std::chrono::local_seconds local(std::chrono::sys_seconds time) const;
    /// The first moment when the clock shows `local`; where it never does, because it was put forward, the moment when
    /// that was done. So what ends when something else begins does so on every day, whatever is done to clocks.
    [[nodiscard]] std::chrono::sys_seconds instant(std::chrono::local_seconds local) const;

private:
    std::vector<Step> steps_; ///< the first is from the beginning of time
};

/// True for what may be an IANA name: "Europe/Berlin". Whether there is such a zone is not known here.
[[nodiscard]] bool is_zone_name(std::string_view text);

} // namespace farboot::rules
