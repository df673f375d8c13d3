#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <thread>

#include <sys/types.h>

namespace farboot::rootfs
{

/// A Unix stream socket on which clients send lines and get one line back for each. One thread serves all clients.
class ControlSocket
{
public:
    using Answer = std::function<std::string(std::string_view line, uid_t peer)>;

    /// Binds and listens; the umask decides who else than the owner may connect. A socket that nobody listens on is
    /// replaced. Reasons: exists, io.
    [[nodiscard]] static Result<ControlSocket> listen(const std::filesystem::path& path);
    ControlSocket(ControlSocket&& other) noexcept;
    ControlSocket& operator=(ControlSocket&&) = delete;
    ~ControlSocket(); ///< ends the thread and removes the socket

    /// Starts the thread: after a fork, if there is one.
    void serve(Answer answer);

private:
    struct Client {
        int descriptor = -1;
        uid_t uid = 0;
        std::string received;
    };

    ControlSocket(std::filesystem::path path, int descriptor);
    void run(const std::stop_token& stop);
    void accept_client();
    [[nodiscard]] std::string answer_to(std::string_view line, uid_t uid) const;
    /// False if the client is to be let go.
    [[nodiscard]] bool read_from(Client& client) const;

    std::filesystem::path path_;
    int listener_ = -1;
    int wake_ = -1; ///< an eventfd that ends poll()
    Answer answer_;
    std::list<Client> clients_;
    std::jthread thread_;
};

} // namespace farboot::rootfs
