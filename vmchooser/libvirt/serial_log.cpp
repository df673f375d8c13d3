#include "vmchooser/libvirt/serial_log.hpp"

#include "vmchooser/system/unix_socket.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace farboot::vmchooser
{
namespace
{

constexpr std::size_t longest_line = 500;

class Allowance
{
public:
    bool take()
    {
        const auto now = std::chrono::steady_clock::now();
        tokens_ = std::min(most, tokens_ + std::chrono::duration<double>(now - last_).count() * per_second);
        last_ = now;
        if (tokens_ < 1)
            return false;
        tokens_ -= 1;
        return true;
    }

private:
    static constexpr double most = 100;
    static constexpr double per_second = 10;
    double tokens_ = most;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

void read_lines(const std::stop_token& stop, const UnixSocket& socket, const SerialLines::Line& line)
{
    Allowance allowance;
    SerialLines lines([&](const std::string& text) {
        if (allowance.take())
            line(text);
    });
    std::array<char, 4096> buffer{};
    while (true) {
        // A short wait instead of a wake-up pipe: the log ends within it after the machine does, mostly by end of file.
        // What the machine said last is still there when we are told to stop.
        const bool last = stop.stop_requested();
        pollfd wait{socket.fd(), POLLIN, 0};
        if (::poll(&wait, 1, last ? 0 : 250) <= 0) {
            if (last)
                break;
            continue;
        }
        const auto got = ::read(socket.fd(), buffer.data(), buffer.size());
        if (got <= 0)
            break;
        lines.take({buffer.data(), static_cast<std::size_t>(got)});
    }
    lines.finish();
}

} // namespace

void SerialLines::take(std::string_view bytes)
{
    for (const char byte : bytes) {
        if (byte == '\n' || current_.size() >= longest_line)
            finish();
        if (byte >= 0x20 && byte < 0x7f)
            current_ += byte;
    }
}

void SerialLines::finish()
{
    if (!current_.empty())
        line_(std::exchange(current_, {}));
}

Result<SerialLog> SerialLog::attach(const std::filesystem::path& path, SerialLines::Line line)
{
    auto socket = UnixSocket::connect(path);
    if (!socket)
        return std::unexpected(socket.error());
    return SerialLog(std::jthread([socket = std::move(*socket), line = std::move(line)](const std::stop_token& stop) {
        read_lines(stop, socket, line);
    }));
}

SerialLog::~SerialLog() = default;

} // namespace farboot::vmchooser
