#include "rootfs/nbd/control_socket.hpp"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t most_clients = 32;
/// An envelope of 1 MiB, and what is around it.
constexpr std::size_t longest_line = (1 << 20) + (64 << 10);

std::unexpected<Error> io_error(const std::filesystem::path& path, const char* what)
{
    return fail("io", "The control socket {} cannot be {}: {}.", path.string(), what, std::strerror(errno));
}

bool somebody_listens(const sockaddr_un& address)
{
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto connected = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return connected;
}

bool send_line(int descriptor, std::string line)
{
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
        const auto sent = send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace

Result<ControlSocket> ControlSocket::listen(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return io_error(path, "made");
    }
    path.native().copy(address.sun_path, path.native().size());
    std::error_code ignored;
    if (std::filesystem::is_socket(path, ignored)) {
        if (somebody_listens(address))
            return fail("exists", "Another program already listens on {}.", path.string());
        std::filesystem::remove(path, ignored);
    }
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return io_error(path, "made");
    ControlSocket made({}, descriptor);
    if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return io_error(path, "made");
    made.path_ = path;
    if (::listen(descriptor, 16) != 0)
        return io_error(path, "opened");
    return made;
}

ControlSocket::ControlSocket(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), listener_(descriptor), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
}

ControlSocket::ControlSocket(ControlSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      listener_(std::exchange(other.listener_, -1)),
      wake_(std::exchange(other.wake_, -1))
{
    // Only before serve(): the thread knows its object's address.
}

ControlSocket::~ControlSocket()
{
    thread_.request_stop();
    if (wake_ >= 0)
        eventfd_write(wake_, 1);
    if (thread_.joinable())
        thread_.join();
    for (const auto& client : clients_)
        close(client.descriptor);
    for (const auto descriptor : {listener_, wake_})
        if (descriptor >= 0)
            close(descriptor);
    std::error_code ignored;
    if (!path_.empty())
        std::filesystem::remove(path_, ignored);
}

void ControlSocket::serve(Answer answer)
{
    answer_ = std::move(answer);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ControlSocket::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        std::vector<pollfd> waiting{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& client : clients_)
            waiting.push_back({client.descriptor, POLLIN, 0});
        if (poll(waiting.data(), waiting.size(), -1) < 0)
            continue;
        std::size_t index = 2;
        for (auto client = clients_.begin(); client != clients_.end();) {
            const auto ready = waiting[index++].revents != 0;
            if (!ready || read_from(*client)) {
                ++client;
                continue;
            }
            close(client->descriptor);
            client = clients_.erase(client);
        }
        if (waiting[1].revents != 0)
            accept_client();
    }
}

void ControlSocket::accept_client()
{
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0)
        return;
    ucred peer{};
    socklen_t size = sizeof peer;
    // A client that does not take its answer must not hold up the others for long.
    const timeval patience{2, 0};
    if (clients_.size() >= most_clients || getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
        close(descriptor);
        return;
    }
    clients_.push_back({descriptor, peer.uid, {}});
}

std::string ControlSocket::answer_to(std::string_view line, uid_t uid) const
{
    try {
        return answer_(line, uid);
    } catch (const std::exception&) {
        return R"({"ok":false,"reason":"internal","sentence":"This command could not be worked on."})";
    }
}

bool ControlSocket::read_from(Client& client) const
{
    char buffer[16384];
    const auto count = recv(client.descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    if (count == 0)
        return false;
    auto searched = client.received.size();
    client.received.append(buffer, static_cast<std::size_t>(count));
    for (;;) {
        const auto end = client.received.find('\n', searched);
        if (end == std::string::npos)
            return client.received.size() <= longest_line;
        if (!send_line(client.descriptor, answer_to(std::string_view(client.received).substr(0, end), client.uid)))
            return false;
        client.received.erase(0, end + 1);
        searched = 0;
    }
}

} // namespace farboot::rootfs
