#include <dlfcn.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>

/// Preloaded into a program, has it believe that packets are lost on its connections: what the kernel counts of those
/// that came while an earlier one was missing grows each time that it is asked for.
extern "C" int getsockopt(int socket, int level, int option, void* value, socklen_t* length) noexcept
{
    static std::atomic<unsigned> count = 0;
    static const auto real = reinterpret_cast<decltype(&getsockopt)>(::dlsym(RTLD_NEXT, "getsockopt"));
    const auto result = real(socket, level, option, value, length);
    if (result == 0 && level == IPPROTO_TCP && option == TCP_INFO && *length >= sizeof(tcp_info))
        static_cast<tcp_info*>(value)->tcpi_rcv_ooopack = count += 10;
    return result;
}
