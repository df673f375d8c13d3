#include "rootfs/system/manager.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <systemd/sd-login.h>

namespace farboot::rootfs
{

namespace
{

struct ClosePipe {
    void operator()(FILE* pipe) const { ::pclose(pipe); }
};

/// What a command prints; nothing of what is run comes from outside.
std::string output_of(const char* command)
{
    std::string output;
    const std::unique_ptr<FILE, ClosePipe> pipe(::popen(command, "re"));
    char buffer[4096];
    for (std::size_t got = 0; pipe && (got = std::fread(buffer, 1, sizeof buffer, pipe.get())) > 0;)
        output.append(buffer, got);
    return output;
}

} // namespace

Ending coming_ending()
{
    const auto jobs = output_of("systemctl list-jobs --no-legend --plain 2>/dev/null");
    if (jobs.find("reboot.target") != std::string::npos || jobs.find("kexec.target") != std::string::npos)
        return Ending::reboot;
    return jobs.find("shutdown.target") != std::string::npos ? Ending::power_off : Ending::none;
}

Result<void> begin_ending(Ending ending)
{
    const auto* command = ending == Ending::reboot ? "systemctl --no-block reboot" : "systemctl --no-block poweroff";
    if (::pclose(::popen(command, "re")) != 0)
        return fail("program-failed", "\"{}\" failed; the system's journal says why.", command);
    return {};
}

std::optional<int> people_logged_in()
{
    char** sessions = nullptr;
    const int count = sd_get_sessions(&sessions);
    if (count < 0)
        return std::nullopt;
    int people = 0;
    for (int i = 0; i < count; ++i) {
        char* kind = nullptr;
        if (sd_session_get_class(sessions[i], &kind) >= 0 && std::string_view(kind) == "user")
            ++people;
        std::free(kind);
        std::free(sessions[i]);
    }
    std::free(sessions);
    return people;
}

} // namespace farboot::rootfs
