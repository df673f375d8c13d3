#include "vmchooser/system/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace farboot::vmchooser
{

Result<UnixSocket> UnixSocket::connect(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        return fail("io", "The path of the socket {} is too long.", path.native());
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    UnixSocket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.fd_ < 0 || ::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        return fail("io", "Nothing answers at {}: {}.", path.native(), std::strerror(errno));
    return socket;
}

UnixSocket::~UnixSocket()
{
    if (fd_ >= 0)
        ::close(fd_);
}

} // namespace farboot::vmchooser
