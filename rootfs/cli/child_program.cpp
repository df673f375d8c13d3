#include "rootfs/cli/child_program.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace farboot::rootfs
{

Result<void> find_program(const std::string& name, const std::string& package)
{
    const auto* path = std::getenv("PATH");
    for (std::string_view rest = path != nullptr ? path : ""; !rest.empty();) {
        const auto folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
        if (::access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0)
            return {};
    }
    return fail("program-missing", "This needs {}, which is not there: install Debian's package {}.", name, package);
}

Result<void> run_program(const std::vector<std::string>& command, const std::stop_token& stop)
{
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str())); // posix_spawn leaves them alone
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    // This program waits for Ctrl-C in a thread of its own, and has it blocked elsewhere; its children must not.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t process = -1;
    const int error = posix_spawnp(&process, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return fail("program-failed", "Cannot run {}: {}.", command[0], std::strerror(error));

    siginfo_t ended{};
    {
        const std::stop_callback end(stop, [&] { ::kill(process, SIGTERM); });
        while (::waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
    }
    int status = 0;
    ::waitpid(process, &status, 0); // only now, so that nobody else can have its number before
    if (stop.stop_requested())
        return fail("cancelled", "{} was stopped.", command[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail("program-failed", "{} failed; what it said is above.", command[0]);
    return {};
}

} // namespace farboot::rootfs
