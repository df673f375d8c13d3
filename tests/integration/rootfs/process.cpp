#include "tests/integration/rootfs/process.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace farboot::test
{

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& log)
{
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0) {
        setpgid(pid_, pid_);
        return;
    }
    setpgid(0, 0);
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

Process::~Process()
{
    // With the processes that it has started.
    if (pid_ > 0)
        kill(-pid_, SIGKILL);
    wait();
}

bool Process::running()
{
    if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_)
        pid_ = -1;
    return pid_ > 0;
}

void Process::send(int signal) const
{
    if (pid_ > 0)
        kill(pid_, signal);
}

int Process::wait()
{
    if (pid_ > 0)
        waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

int run(const std::vector<std::string>& command, std::string* output)
{
    const Folder folder;
    const auto log = folder.path / "output";
    const auto code = Process(command, log).wait();
    if (output != nullptr)
        *output = read_whole(log);
    return code;
}

std::string read_whole(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write_whole(const std::filesystem::path& file, std::string_view content)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

bool eventually(const std::function<bool()>& condition)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

std::uint64_t setting(const char* name, std::uint64_t otherwise)
{
    const auto* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

Folder::Folder()
{
    auto name = (std::filesystem::temp_directory_path() / "farboot-test-XXXXXX").string();
    path = mkdtemp(name.data());
}

Folder::~Folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

} // namespace farboot::test
