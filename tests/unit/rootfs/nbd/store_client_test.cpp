#include "rootfs/nbd/store_client.hpp"

#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>

namespace farboot::rootfs
{
namespace
{

using testing_fetch::TlsServer;

TEST(StoreClient, AProbeIsOneRequestWhateverPartsWereOrdered)
{
    const std::string file = "0123456789";
    std::atomic<std::size_t> requests = 0;
    TlsServer server(nullptr, [&](TlsServer::Peer& peer, const std::string& request) {
        ++requests;
        std::size_t first = 0;
        std::size_t last = 0;
        const auto at = request.find("Range: bytes=");
        ASSERT_NE(at, request.npos);
        ASSERT_EQ(std::sscanf(request.c_str() + at, "Range: bytes=%zu-%zu", &first, &last), 2);
        peer.answer("206 Partial Content", file.substr(first, last - first + 1),
                    fmt::format("Content-Range: bytes {}-{}/{}\r\n", first, last, file.size()));
    });
    HttpClient client({});
    Counters counters;
    StoreClient store(client, counters);
    const Source source{0, fmt::format("http://127.0.0.1:{}/store", server.port())};
    const StoreClient::Order order{"v1/x", {0, 10}, false, false, {4, 3, 3}};

    EXPECT_EQ(store.get(source, order, {}).value_or(""), file);
    EXPECT_EQ(requests, 3);
    EXPECT_EQ(counters.requests, 3);

    Patience probing;
    probing.probes = true;
    EXPECT_EQ(store.get(source, order, probing).value_or(""), file);
    EXPECT_EQ(requests, 4);
    EXPECT_EQ(counters.requests, 4);
}

} // namespace
} // namespace farboot::rootfs
