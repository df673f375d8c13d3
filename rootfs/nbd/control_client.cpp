#include "rootfs/nbd/control_client.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t longest_answer = 4 << 20;

struct Socket {
    int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(descriptor); }
};

} // namespace

Result<std::string> ask_reader(const std::filesystem::path& path, std::string_view line, std::chrono::seconds patience)
{
    const auto failed = [&](const char* reason) {
        return fail(reason, "The reader does not answer on {}: {}. Is it running, and may you use its socket?",
                    path.string(), std::strerror(errno));
    };
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return failed("unreachable");
    }
    path.native().copy(address.sun_path, path.native().size());
    const Socket socket;
    const timeval limit{patience.count(), 0};
    if (setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        setsockopt(socket.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failed("unreachable");

    const auto whole = std::string(line) + '\n';
    for (std::string_view rest = whole; !rest.empty();) {
        const auto sent = send(socket.descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return failed("io");
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    std::string answer;
    char buffer[16384];
    while (!answer.ends_with('\n')) {
        const auto count = recv(socket.descriptor, buffer, sizeof buffer, 0);
        if (count == 0)
            errno = ECONNRESET;
        if (count <= 0)
            return failed("io");
        answer.append(buffer, static_cast<std::size_t>(count));
        if (answer.size() > longest_answer)
            return fail("too-long", "The reader's answer on {} is too long.", path.string());
    }
    answer.pop_back();
    return answer;
}

} // namespace farboot::rootfs
