#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::textmenu
{

/// The connection to the agent's socket (docs/agent-protocol.md).
class AgentClient
{
public:
    /// Reason: agent-away.
    [[nodiscard]] static Result<AgentClient> connect(const std::filesystem::path& socket);
    ~AgentClient();
    AgentClient(AgentClient&& other) noexcept;
    AgentClient& operator=(AgentClient&&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    /// Reads what is there. Reason: agent-away (the connection has ended, or a message is longer than the protocol
    /// allows).
    [[nodiscard]] Result<void> receive();
    /// The next whole line.
    [[nodiscard]] std::optional<std::string> next_line();
    void send(std::string_view command, std::string_view record = {});

private:
    explicit AgentClient(int fd) : fd_(fd) {}
    int fd_;
    std::string received_;
};

} // namespace farboot::textmenu
