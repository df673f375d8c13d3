#include "vmchooser/reader/reader_client.hpp"

#include "vmchooser/system/unix_socket.hpp"

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace farboot::vmchooser
{
namespace
{

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_answer = 64 * 1024;
/// How often a wait looks whether it was cancelled.
constexpr std::chrono::milliseconds look{100};

struct Patience {
    Clock::time_point until;
    std::stop_token stop;

    Result<void> wait(int fd, short events) const
    {
        while (!stop.stop_requested()) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            if (left.count() <= 0)
                return fail("reader-unreachable",
                            "The reader of virtual disks does not answer. Try again in a moment.");
            pollfd wait{fd, events, 0};
            if (::poll(&wait, 1, static_cast<int>(std::min(left, look).count())) > 0)
                return {};
        }
        return fail("cancelled", "The start was cancelled.");
    }
};

Result<void> send_line(int fd, std::string_view line, const Patience& patience)
{
    while (!line.empty()) {
        if (auto ready = patience.wait(fd, POLLOUT); !ready)
            return ready;
        const auto sent = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return fail("reader-unreachable", "The reader of virtual disks closed the connection.");
        line.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    return {};
}

Result<std::string> receive_line(int fd, const Patience& patience)
{
    std::string line;
    std::array<char, 4096> buffer{};
    while (line.size() < longest_answer) {
        if (auto ready = patience.wait(fd, POLLIN); !ready)
            return std::unexpected(ready.error());
        const auto got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            return fail("reader-unreachable", "The reader of virtual disks closed the connection.");
        line.append(buffer.data(), static_cast<std::size_t>(got));
        if (const auto end = line.find('\n'); end != std::string::npos)
            return line.substr(0, end);
    }
    return fail("reader-protocol", "The reader of virtual disks sent an answer that is too long.");
}

Result<Json> ask(const std::filesystem::path& control, const Json& question, Patience patience)
{
    auto socket = UnixSocket::connect(control);
    if (!socket)
        return fail("reader-unreachable", "The reader of virtual disks is not running: {}", socket.error().sentence);
    if (auto sent = send_line(socket->fd(), question.dump() + "\n", patience); !sent)
        return std::unexpected(sent.error());
    const auto line = receive_line(socket->fd(), patience);
    if (!line)
        return std::unexpected(line.error());
    auto answer = Json::parse(*line, nullptr, false);
    if (!answer.is_object() || !answer.contains("ok") || !answer["ok"].is_boolean())
        return fail("reader-protocol", "The reader of virtual disks sent an answer that is not understood.");
    if (!answer["ok"].get<bool>()) {
        const auto member = [&](const char* name, const char* otherwise) {
            return answer.contains(name) && answer[name].is_string() ? answer[name].get<std::string>() : otherwise;
        };
        return std::unexpected(Error{member("reason", "reader-protocol"),
                                     member("sentence", "The reader of virtual disks refused, and did not say why.")});
    }
    return answer;
}

Result<std::uint64_t> number(const Json& answer, const char* name)
{
    if (!answer.is_object() || !answer.contains(name) || !answer[name].is_number_unsigned())
        return fail("reader-protocol", "The answer of the reader of virtual disks lacks \"{}\".", name);
    return answer[name].get<std::uint64_t>();
}

} // namespace

ReaderClient::ReaderClient(std::filesystem::path control, std::chrono::milliseconds deadline)
    : control_(std::move(control)), deadline_(deadline)
{
}

Result<ReaderExport> ReaderClient::add(const std::string& envelope_json, std::stop_token stop) const
{
    auto record = Json::parse(envelope_json, nullptr, false);
    if (!record.is_object())
        return fail("envelope-malformed", "The machine's record is not JSON.");
    const auto answer = ask(control_, {{"version", 1}, {"command", "add"}, {"record", std::move(record)}},
                            {Clock::now() + deadline_, std::move(stop)});
    if (!answer)
        return std::unexpected(answer.error());
    const auto bytes = number(*answer, "bytes");
    if (!bytes)
        return std::unexpected(bytes.error());
    if (!answer->contains("export") || !(*answer)["export"].is_string())
        return fail("reader-protocol", "The answer of the reader of virtual disks lacks \"export\".");
    return ReaderExport{(*answer)["export"].get<std::string>(), *bytes};
}

Result<void> ReaderClient::remove(const std::string& export_name) const
{
    const auto answer =
        ask(control_, {{"version", 1}, {"command", "remove"}, {"export", export_name}}, {Clock::now() + deadline_, {}});
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

Result<std::uint64_t> ReaderClient::bytes_fetched() const
{
    const auto answer = ask(control_, {{"version", 1}, {"command", "status"}}, {Clock::now() + deadline_, {}});
    if (!answer)
        return std::unexpected(answer.error());
    if (!answer->contains("exports") || !(*answer)["exports"].is_array())
        return fail("reader-protocol", "The answer of the reader of virtual disks lacks \"exports\".");
    std::uint64_t sum = 0;
    for (const auto& item : (*answer)["exports"]) {
        const auto bytes = number(item, "fetched_bytes");
        if (!bytes)
            return bytes;
        sum += *bytes;
    }
    return sum;
}

} // namespace farboot::vmchooser
