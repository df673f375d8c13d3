#include "pbl/agent/stage_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>

namespace farboot::agent
{

namespace
{

constexpr std::size_t max_passed = 100; ///< stages that are kept for reports
constexpr std::size_t max_queue = 256;  ///< lines for a console that does not take any: the newest are dropped

/// A foreign text as one line without control characters, which a terminal would obey.
std::string one_line(std::string_view text)
{
    std::string line(text.substr(0, 1024));
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return line;
}

/// A serial port without hardware behind it can be opened, but has no settings.
bool can_be_written(int fd)
{
    struct stat status{};
    termios settings{};
    return ::fstat(fd, &status) == 0 && (!S_ISCHR(status.st_mode) || ::tcgetattr(fd, &settings) == 0);
}

} // namespace

class StageLog::Console
{
public:
    explicit Console(int fd) : fd_(fd), thread_([this](std::stop_token stop) { run(stop); }) {}

    ~Console()
    {
        thread_.request_stop();
        if (busy()) // stuck in write(): it cannot be woken, and the program ends
            thread_.detach();
        else
            thread_.join();
    }

    void add(std::string line)
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->lines.size() < max_queue)
            state_->lines.push_back(std::move(line));
        state_->changed.notify_all();
    }

    void flush(std::chrono::steady_clock::time_point deadline)
    {
        std::unique_lock lock(state_->mutex);
        state_->changed.wait_until(lock, deadline, [this] { return state_->lines.empty() && !state_->writing; });
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::deque<std::string> lines;
        bool writing = false;
    };

    bool busy()
    {
        const std::lock_guard lock(state_->mutex);
        return state_->writing || !state_->lines.empty();
    }

    void run(std::stop_token stop)
    {
        const auto state = state_; // outlives the Console if the thread is detached
        const int fd = fd_;
        std::unique_lock lock(state->mutex);
        while (state->changed.wait(lock, stop, [&] { return !state->lines.empty(); })) {
            const auto line = std::move(state->lines.front());
            state->lines.pop_front();
            state->writing = true;
            lock.unlock();
            write(fd, line);
            lock.lock();
            state->writing = false;
            state->changed.notify_all();
        }
        ::close(fd);
    }

    /// In one write(): lines of several writers do not mix on a terminal. Then until it is on the wire, since a kexec
    /// loses what is not.
    static void write(int fd, const std::string& line)
    {
        while (::write(fd, line.data(), line.size()) < 0 && errno == EINTR) {
        }
        ::tcdrain(fd);
    }

    int fd_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
    std::jthread thread_;
};

StageLog::StageLog(const std::vector<std::filesystem::path>& consoles)
{
    for (const auto& console : consoles) {
        const int fd = ::open(console.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
            continue;
        if (!can_be_written(fd)) {
            ::close(fd);
            continue;
        }
        opened_.push_back(console);
        outputs_.push_back(std::make_unique<Console>(fd));
    }
}

StageLog::~StageLog()
{
    flush(std::chrono::seconds(1));
}

void StageLog::stage(std::string_view name, std::string_view values)
{
    {
        timespec time{};
        ::clock_gettime(CLOCK_BOOTTIME, &time);
        const std::lock_guard lock(mutex_);
        if (passed_.size() < max_passed)
            passed_.push_back(
                {std::string(name), static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9});
    }
    note(values.empty() ? fmt::format("stage: {}", name) : fmt::format("stage: {} {}", name, values));
}

std::vector<StageLog::Passed> StageLog::passed() const
{
    const std::lock_guard lock(mutex_);
    return passed_;
}

void StageLog::refused(const Error& error, std::string_view record)
{
    note(fmt::format("refused: reason={} record={}: {}", error.reason, record, error.sentence));
}

void StageLog::note(std::string_view text)
{
    const auto line = "farboot: " + one_line(text) + "\n";
    for (auto& output : outputs_)
        output->add(line);
}

void StageLog::flush(std::chrono::milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (auto& output : outputs_)
        output->flush(deadline);
}

} // namespace farboot::agent
