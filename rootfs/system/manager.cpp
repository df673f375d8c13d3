#include "rootfs/system/manager.hpp"

#include <fmt/ranges.h>
#include <systemd/sd-login.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

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
    // This program waits for SIGTERM in a thread of its own, and has it blocked elsewhere; its children must not.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t pid = -1;
    int status = -1;
    if (::posix_spawnp(&pid, words[0], nullptr, &attributes, words.data(), environ) == 0)
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
    posix_spawnattr_destroy(&attributes);
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
