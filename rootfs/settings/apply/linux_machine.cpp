#include "rootfs/settings/apply/machine.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstring>

extern char** environ; // NOLINT: POSIX's

namespace farboot::settings
{

namespace
{

constexpr std::size_t most_output = 2000; ///< characters of a program's that failed, for its sentence

/// What it prints until it closes its end.
std::string read_all(int fd)
{
    std::string output;
    char buffer[1024];
    for (;;) {
        const auto got = ::read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        output.append(buffer, static_cast<std::size_t>(got));
        if (output.size() > most_output)
            output.erase(0, output.size() - most_output);
    }
    while (output.ends_with('\n'))
        output.pop_back();
    return output;
}

} // namespace

Result<void> LinuxMachine::run(const std::vector<std::string>& argv)
{
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return fail("program-failed", "{} cannot be started: {}.", argv.front(), std::strerror(errno));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    std::vector<char*> arguments;
    arguments.reserve(argv.size() + 1);
    for (const auto& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str())); // posix_spawn changes none
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, argv.front().c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    const auto output = error == 0 ? read_all(pipe[0]) : std::string();
    ::close(pipe[0]);
    if (error != 0)
        return fail("program-failed", "{} cannot be started: {}.", argv.front(), std::strerror(error));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0)
        return fail("program-failed", "{} failed: {}", argv.front(), output);
    return {};
}

Result<void> LinuxMachine::set_host_name(const std::string& name)
{
    if (::sethostname(name.data(), name.size()) != 0)
        return fail("io", "The kernel does not take the name {}: {}.", name, std::strerror(errno));
    return {};
}

bool LinuxMachine::has_locale(const std::string& name) const
{
    const auto locale = ::newlocale(LC_ALL_MASK, name.c_str(), nullptr);
    if (locale)
        ::freelocale(locale);
    return locale != nullptr;
}

bool LinuxMachine::has_own_home() const
{
    struct stat home{};
    struct stat root{};
    return ::stat("/home", &home) == 0 && ::stat("/", &root) == 0 && home.st_dev != root.st_dev;
}

} // namespace farboot::settings
