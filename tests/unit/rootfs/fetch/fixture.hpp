#pragma once

#include "rootfs/fetch/http.hpp"
#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace farboot::rootfs::testing_fetch
{

/// A failed Result with this reason, whose sentence has `part` in it.
MATCHER_P2(Failed, reason, part, "")
{
    if (arg.has_value()) {
        *result_listener << "it succeeded with status " << arg->status << " and " << arg->body.size() << " bytes";
        return false;
    }
    *result_listener << arg.error().reason << ": " << arg.error().sentence;
    return arg.error().reason == reason && arg.error().sentence.find(part) != std::string::npos;
}

/// An authority that the client trusts, and a good certificate of it.
class Fetch : public testing::Test
{
protected:
    using Peer = TlsServer::Peer;

    [[nodiscard]] static HttpRequest get(std::string url)
    {
        HttpRequest request;
        request.url = std::move(url);
        return request;
    }
    [[nodiscard]] static HttpRequest get_range(std::string url, std::uint64_t first, std::uint64_t length)
    {
        HttpRequest request = get(std::move(url));
        request.range = {first, length};
        return request;
    }

    Folder folder_;
    Authority authority_;
    Identity identity_ = authority_.issue();
    std::string ca_file_ = folder_.write("ca.pem", authority_.certificate());
    TlsTrust trust_{ca_file_, true};
};

} // namespace farboot::rootfs::testing_fetch
