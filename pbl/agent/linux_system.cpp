#include "pbl/agent/linux_system.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <fstream>
#include <mutex>

namespace farboot::agent
{

namespace
{

constexpr std::size_t max_file = 1 << 20; // /proc/cpuinfo has some 1.5 KiB for each thread
constexpr std::size_t kept_output = 4 << 10;
constexpr auto run_limit = std::chrono::minutes(5);

std::string reason_of(int error)
{
    return std::strerror(error);
}

int exit_status(const siginfo_t& info)
{
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/// Reads a finishing program's output until it closes it; false when the time is up.
bool drain(int fd, std::string& output)
{
    const auto deadline = std::chrono::steady_clock::now() + run_limit;
    std::array<char, 4096> buffer;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd wait{fd, POLLIN, 0};
        const int ready = left.count() > 0 ? ::poll(&wait, 1, static_cast<int>(left.count())) : 0;
        if (ready == 0)
            return false;
        if (ready < 0)
            continue; // EINTR
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got <= 0)
            return true;
        output.append(buffer.data(), static_cast<std::size_t>(got));
        if (output.size() > kept_output)
            output.erase(0, output.size() - kept_output);
    }
}

} // namespace

std::chrono::steady_clock::time_point LinuxSystem::now() const
{
    return std::chrono::steady_clock::now();
}

std::chrono::system_clock::time_point LinuxSystem::clock() const
{
    return std::chrono::system_clock::now();
}

Result<void> LinuxSystem::set_clock(std::chrono::sys_seconds time)
{
    timespec value{};
    value.tv_sec = time.time_since_epoch().count();
    if (::clock_settime(CLOCK_REALTIME, &value) != 0)
        return fail("clock", "The clock cannot be set: {}.", reason_of(errno));
    return {};
}

bool LinuxSystem::sleep(std::stop_token stop, std::chrono::milliseconds time)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

std::vector<std::string> LinuxSystem::names_in(const std::filesystem::path& folder) const
{
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        names.push_back(entry->path().filename());
    std::ranges::sort(names);
    return names;
}

Result<std::string> LinuxSystem::read_file(const std::filesystem::path& file) const
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail(errno == ENOENT ? "not-found" : "io", "{} cannot be opened: {}.", file.string(), reason_of(errno));
    std::string text(max_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad())
        return fail("io", "{} cannot be read.", file.string());
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_file)
        return fail("io", "{} is longer than {} bytes.", file.string(), max_file);
    return text;
}

Result<void> LinuxSystem::write_file(const std::filesystem::path& file, const std::string& bytes)
{
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail("io", "{} cannot be opened: {}.", file.string(), reason_of(errno));
    const auto written = ::write(fd, bytes.data(), bytes.size());
    const int error = errno;
    ::close(fd);
    if (written != static_cast<ssize_t>(bytes.size()))
        return fail("io", "{} cannot be written: {}.", file.string(), written < 0 ? reason_of(error) : "not whole");
    return {};
}

Result<Finished> LinuxSystem::run(const std::vector<std::string>& argv)
{
    auto child = spawn(argv, true);
    if (!child)
        return std::unexpected(child.error());
    Finished finished;
    const bool in_time = drain(child->output, finished.output);
    ::close(child->output);
    if (!in_time)
        ::kill(-child->pid, SIGKILL);
    finished.status = reap(*child);
    ::close(child->pidfd);
    if (!in_time)
        return fail("program-failed", "{} did not end within {} minutes.", argv.front(), run_limit.count());
    return finished;
}

Result<Child> LinuxSystem::spawn(const std::vector<std::string>& argv, bool piped)
{
    std::array<int, 2> pipe_fds{-1, -1};
    if (piped && ::pipe2(pipe_fds.data(), O_CLOEXEC) != 0)
        return fail("program-failed", "{} cannot be started: {}.", argv.front(), reason_of(errno));

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (piped)
        posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t ignored_here;
    sigemptyset(&ignored_here);
    sigaddset(&ignored_here, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &ignored_here);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> arguments;
    for (const auto& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);

    Child child;
    const int error = ::posix_spawnp(&child.pid, arguments.front(), &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (piped)
        ::close(pipe_fds[1]);
    if (error != 0) {
        if (piped)
            ::close(pipe_fds[0]);
        return fail("program-failed", "{} cannot be started: {}.", argv.front(), reason_of(error));
    }
    // By number: the C library's header for it came later than the system call. Its descriptor is close-on-exec.
    child.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0));
    child.output = pipe_fds[0];
    if (child.pidfd < 0) {
        const auto why = reason_of(errno);
        ::kill(-child.pid, SIGKILL);
        reap(child);
        if (piped)
            ::close(child.output);
        return fail("program-failed", "{} cannot be watched: {}.", argv.front(), why);
    }
    return child;
}

int LinuxSystem::reap(const Child& child)
{
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED) != 0)
        if (errno != EINTR)
            return 127;
    return exit_status(info);
}

void LinuxSystem::terminate(const Child& child)
{
    ::kill(-child.pid, SIGTERM);
}

void LinuxSystem::sync()
{
    ::sync();
}

Result<void> LinuxSystem::reboot()
{
    ::reboot(RB_AUTOBOOT);
    return fail("reboot", "The PC cannot be restarted: {}.", reason_of(errno));
}

Result<void> LinuxSystem::power_off()
{
    ::reboot(RB_POWER_OFF);
    return fail("reboot", "The PC cannot be switched off: {}.", reason_of(errno));
}

} // namespace farboot::agent
