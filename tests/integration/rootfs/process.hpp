#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace farboot::test
{

/// A program that runs beside the test and is killed with it. Its output goes to a file.
class Process
{
public:
    Process(const std::vector<std::string>& command, const std::filesystem::path& log);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] bool running();
    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(int signal) const;
    /// Waits for its end. The exit code, or -1 after a signal.
    int wait();

private:
    pid_t pid_ = -1;
    int status_ = 0;
};

/// Runs a program to its end; the exit code, and what it wrote in `output`.
int run(const std::vector<std::string>& command, std::string* output = nullptr);

[[nodiscard]] std::string read_whole(const std::filesystem::path& file);
void write_whole(const std::filesystem::path& file, std::string_view content);

/// True as soon as the condition is; false after two minutes.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

/// A number that the environment sets, such as FARBOOT_ROUNDS: how long to go on, which seed to begin with.
[[nodiscard]] std::uint64_t setting(const char* name, std::uint64_t otherwise);

/// A folder that goes with the test.
struct Folder {
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path path;
};

} // namespace farboot::test
