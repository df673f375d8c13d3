#pragma once

#include "rootfs/base/error.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::agent
{

/// A program that was started and runs on its own, in a session (and process group) of its own.
struct Child {
    pid_t pid = -1;
    int pidfd = -1;  ///< readable once the program has ended; the owner closes it
    int output = -1; ///< read end of its standard output and error, or -1; the owner closes it
};

/// How a program that was waited for ended.
struct Finished {
    int status = 0;     ///< exit status; 128 + the signal's number for one that was killed
    std::string output; ///< the last 4 KiB of its standard output and error
};

/// The agent's one seam to the operating system: whatever a test must not really do (set the clock, load a kernel,
/// switch off) or has to control (time). Plain files below the agent's own folders are not part of it.
class System
{
public:
    virtual ~System() = default;

    [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
    [[nodiscard]] virtual std::chrono::system_clock::time_point clock() const = 0;
    [[nodiscard]] virtual Result<void> set_clock(std::chrono::sys_seconds time) = 0;
    /// Waits; false at once when `stop` is requested. `stop` of a thread's own job.
    [[nodiscard]] virtual bool sleep(std::stop_token stop, std::chrono::milliseconds time) = 0;

    /// What is in a folder of the kernel's, sorted; nothing where there is no such folder.
    [[nodiscard]] virtual std::vector<std::string> names_in(const std::filesystem::path& folder) const = 0;
    /// A small file of the kernel or of another program: at most 64 KiB. Reasons: not-found, io.
    [[nodiscard]] virtual Result<std::string> read_file(const std::filesystem::path& file) const = 0;

    /// Writes such a file of the kernel, whole, in one call; makes it where it is not there. Reason: io.
    [[nodiscard]] virtual Result<void> write_file(const std::filesystem::path& file, const std::string& bytes) = 0;

    /// Runs a program (found by PATH, no shell) to its end. Reasons: program-failed (cannot be started, or runs for
    /// more than five minutes); an exit status other than 0 is the caller's to judge.
    [[nodiscard]] virtual Result<Finished> run(const std::vector<std::string>& argv) = 0;
    /// Starts a program; `piped` gives its output to the caller, else it goes nowhere. Reason: program-failed.
    [[nodiscard]] virtual Result<Child> spawn(const std::vector<std::string>& argv, bool piped) = 0;
    /// Collects an ended child: exit status as in Finished.
    virtual int reap(const Child& child) = 0;
    /// Asks the child and whatever it has started in its session to end.
    virtual void terminate(const Child& child) = 0;

    /// Writes back all file systems.
    virtual void sync() = 0;
    /// Both return only if the kernel refuses.
    [[nodiscard]] virtual Result<void> reboot() = 0;
    [[nodiscard]] virtual Result<void> power_off() = 0;
};

} // namespace farboot::agent
