#include "rootfs/system/kexec_reboot.hpp"

#include "rootfs/base/time_limit.hpp"

namespace farboot::rootfs
{

Result<void> KexecReboot::run(const std::stop_token& stop) const
{
    Result<void> done;
    {
        const TimeLimit late(longest_load, stop);
        done = load(late.token());
        if (stop.stop_requested())
            return fail("cancelled", "It was stopped.");
        if (!done && late.token().stop_requested())
            done = fail("too-slow", "The next system was not loaded within {} s.",
                        std::chrono::duration_cast<std::chrono::seconds>(longest_load).count());
    }
    if (done)
        done = begin(Ending::kexec);
    const auto begun = done ? done : begin(Ending::reboot);
    std::string outcome = "done";
    if (!begun)
        outcome = fmt::format("It does not reboot: {} Before: {}", begun.error().sentence, done.error().sentence);
    else if (!done)
        outcome = "Through the firmware: " + done.error().sentence;
    // Not by `stop`: the reboot that has begun ends this program by SIGTERM, too.
    const TimeLimit late(longest_tell);
    tell(outcome, late.token());
    return begun;
}

} // namespace farboot::rootfs
