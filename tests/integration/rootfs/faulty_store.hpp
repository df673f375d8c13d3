#pragma once

#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <atomic>
#include <filesystem>
#include <string>

namespace farboot::test
{

/// What a FaultyStore does wrong.
enum class Fault {
    none,
    silent,      ///< takes requests and never answers
    stalls,      ///< half of the body, then nothing more
    trickles,    ///< one byte a second
    unavailable, ///< 503
    endless_503, ///< the same, with a body that never ends
    truncated,   ///< half of the body, then the connection ends
    shorter,     ///< a byte less than was asked for, and says so
    longer,      ///< ten bytes more
    endless,     ///< a body that never ends
    corrupt,     ///< one bit is wrong
    expired,     ///< shows a certificate of last week
    foreign,     ///< shows a certificate of another authority
    slow,        ///< 16 KB a second: no fault
};

/// An HTTPS server of a store's files that does wrong what the test says. What a fault has once got hold of stays
/// broken: a stalled connection never goes on.
class FaultyStore
{
public:
    explicit FaultyStore(std::filesystem::path store);

    /// From the next request on.
    void misbehave(Fault fault) { fault_ = fault; }
    /// So many requests or handshakes were spoilt since.
    [[nodiscard]] std::size_t faults() const { return faults_; }
    /// So many of them for hot packs.
    [[nodiscard]] std::size_t hot_faults() const { return hot_faults_; }

    [[nodiscard]] std::string url() const { return server_.url("/store"); }
    [[nodiscard]] std::string authority() const { return authority_.certificate(); } ///< PEM

private:
    using Peer = rootfs::testing_fetch::TlsServer::Peer;
    struct Answer;

    void talk(Peer& peer, const std::string& request);
    void spoil(Peer& peer, const Answer& answer);
    void choose_certificate(SSL* tls);

    std::filesystem::path store_;
    std::atomic<Fault> fault_ = Fault::none;
    std::atomic<std::size_t> faults_ = 0;
    std::atomic<std::size_t> hot_faults_ = 0;
    rootfs::testing_fetch::Authority authority_;
    rootfs::testing_fetch::Identity good_ = authority_.issue();
    rootfs::testing_fetch::Identity expired_ = authority_.issue("IP:127.0.0.1", -14, -7);
    rootfs::testing_fetch::Identity foreign_ = rootfs::testing_fetch::Authority().issue();
    rootfs::testing_fetch::TlsServer server_; // last: its threads use the others
};

} // namespace farboot::test
