#include "pbl/textmenu/agent_client.hpp"

#include <nlohmann/json.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace farboot::textmenu
{

namespace
{

constexpr std::size_t max_message = 64 << 10;

}

Result<AgentClient> AgentClient::connect(const std::filesystem::path& socket)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = socket.string();
    if (path.size() >= sizeof address.sun_path)
        return fail("agent-away", "{} is too long for the name of a socket.", path);
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    AgentClient client(fd);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail("agent-away", "There is no agent at {}: {}.", path, std::strerror(errno));
    return client;
}

AgentClient::~AgentClient()
{
    if (fd_ >= 0)
        ::close(fd_);
}

AgentClient::AgentClient(AgentClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_))
{
}

Result<void> AgentClient::receive()
{
    std::array<char, 16 << 10> buffer;
    const auto got = ::read(fd_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
        return {};
    if (got <= 0)
        return fail("agent-away", "The agent has ended the connection.");
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    if (received_.size() > max_message && received_.find('\n') == std::string::npos)
        return fail("agent-away", "The agent sent a message of more than {} bytes.", max_message);
    return {};
}

std::optional<std::string> AgentClient::next_line()
{
    const auto end = received_.find('\n');
    if (end == std::string::npos)
        return std::nullopt;
    auto line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
}

void AgentClient::send(std::string_view command, std::string_view record)
{
    nlohmann::json message{{"command", command}};
    if (!record.empty())
        message["record"] = record;
    const auto line = message.dump() + "\n";
    // Small, and the agent reads: it does not block. A lost connection shows when reading.
    (void)::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
}

} // namespace farboot::textmenu
