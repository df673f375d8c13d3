#include "rootfs/system/manager.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/ranges.h>

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

/// Without a shell: some words come from outside.
Result<void> run(std::vector<std::string> argv)
{
    std::vector<char*> words;
    for (auto& word : argv)
        words.push_back(word.data());
    words.push_back(nullptr);
    pid_t pid = -1;
    int status = -1;
    if (::posix_spawnp(&pid, words[0], nullptr, nullptr, words.data(), environ) == 0)
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
    if (status != 0)
        return fail("program-failed", "\"{}\" failed; the system's journal says why.", fmt::join(argv, " "));
    return {};
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
    const char* what = ending == Ending::kexec ? "kexec" : ending == Ending::reboot ? "reboot" : "poweroff";
    return run({"systemctl", "--no-block", what});
}

Result<void> begin_kexec_reboot(const std::string& instance)
{
    return run({"systemctl", "--no-block", "start", fmt::format("farboot-kexec-reboot@{}.service", instance)});
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
