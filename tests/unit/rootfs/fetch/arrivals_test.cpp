#include "tests/unit/rootfs/fetch/fixture.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <filesystem>
#include <future>

/// What the kernel says of how packets come.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t much = 16 * 1024 * 1024;
/// A socket takes it all: of more, the kernel drops some itself while this program waits for the processor.
constexpr std::size_t little = 64 * 1024;

/// One in eight of what the kernel has for the sockets of this process that are connected to this port never comes.
void lose_packets_from(int port)
{
    std::array<sock_filter, 4> code{
        {{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM)},
         {BPF_JMP | BPF_JGT | BPF_K, 0, 1, 0x2000'0000},
         {BPF_RET | BPF_K, 0, 0, 0xffff'ffff},
         {BPF_RET | BPF_K, 0, 0, 0}}};
    const sock_fprog program{code.size(), code.data()};
    for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
        const auto socket = std::stoi(file.path().filename());
        sockaddr_in peer{};
        socklen_t length = sizeof peer;
        if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) == 0 && peer.sin_family == AF_INET &&
            ntohs(peer.sin_port) == port)
            ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    }
}

class ArrivalsOfAStream : public Fetch
{
protected:
    /// Streams so many bytes; the most that it was told to be out of order.
    std::uint32_t stream(std::size_t size, bool lossy)
    {
        TlsServer server(&identity_,
                         [&](Peer& peer, const std::string&) { peer.answer("200 OK", std::string(size, 'x')); });
        std::uint32_t most = 0;
        bool begun = false;
        auto request = get(server.url());
        request.max_body = size;
        request.arrivals = [&](const Arrivals& arrivals) { most = std::max(most, arrivals.out_of_order); };
        std::size_t bytes = 0;
        const auto sink = [&](Bytes piece) {
            if (lossy && !std::exchange(begun, true))
                lose_packets_from(server.port());
            bytes += piece.size();
            return true;
        };
        const auto answer = client_.stream(std::move(request), sink);
        EXPECT_TRUE(answer) << answer.error().sentence;
        EXPECT_EQ(bytes, size);
        return most;
    }

    HttpClient client_{trust_};
};

TEST_F(ArrivalsOfAStream, TellOfPacketsThatAreLost)
{
    EXPECT_EQ(stream(little, false), 0U);
    EXPECT_GE(stream(much, true), 3U);
}

TEST_F(ArrivalsOfAStream, AreToldWhileNothingComes)
{
    constexpr int enough = 10;
    std::promise<void> told_enough;
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx");
        EXPECT_EQ(told_enough.get_future().wait_for(20s), std::future_status::ready);
        peer.send("y");
    });
    auto request = get(server.url());
    std::string body;
    int told = 0;
    request.arrivals = [&](const Arrivals& arrivals) {
        if (++told == enough)
            told_enough.set_value();
        EXPECT_GT(arrivals.round_trip, 0us);
        EXPECT_LT(arrivals.round_trip, 20s);
    };
    const auto sink = [&](Bytes piece) {
        body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return true;
    };
    ASSERT_TRUE(client_.stream(std::move(request), sink));
    EXPECT_EQ(body, "xy");
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
