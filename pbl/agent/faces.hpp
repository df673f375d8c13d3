#pragma once

#include "rootfs/base/error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <nlohmann/json_fwd.hpp>

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace farboot::agent
{

/// The faces' socket (docs/agent-protocol.md): accepts root and the browser's user, reads commands, sends events.
/// Used from the event loop's thread.
class Faces
{
public:
    struct Handler {
        /// The events that a new client gets first.
        std::function<std::vector<nlohmann::json>()> greeting;
        /// A command object; what it fails with is sent to the client that gave it.
        std::function<Result<void>(const nlohmann::json& command)> command;
    };

    Faces(boost::asio::io_context& loop, Handler handler);
    ~Faces(); ///< closes all connections
    Faces(const Faces&) = delete;
    Faces& operator=(const Faces&) = delete;

    /// Listens. `browser` may connect besides root; nobody else may even see the socket. Reason: socket.
    [[nodiscard]] Result<void> listen(const std::filesystem::path& socket, std::optional<uid_t> browser);
    /// Sends an event to every client.
    void broadcast(const nlohmann::json& event);

private:
    class Client;
    void accept();
    [[nodiscard]] bool may_connect(uid_t user) const;

    boost::asio::io_context& loop_;
    Handler handler_;
    std::optional<uid_t> browser_;
    boost::asio::local::stream_protocol::acceptor acceptor_;
    std::set<std::shared_ptr<Client>> clients_;
};

/// The longest message, with its end of line.
constexpr std::size_t max_message = 64 << 10;

} // namespace farboot::agent
