#pragma once

#include "rootfs/record/statement.hpp"
#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace farboot::agent::testing_agent
{

using rootfs::testing_fetch::Authority;
using rootfs::testing_fetch::TlsServer;

/// The three parties that sign: one who publishes systems, the server's online key, and who decides on policies.
struct Keys {
    rootfs::SigningKey publisher = rootfs::SigningKey::generate();
    rootfs::SigningKey online = rootfs::SigningKey::generate();
    rootfs::SigningKey policy = rootfs::SigningKey::generate();
};

/// A policy that gives them these roles; with `online` another key speaks for the server.
[[nodiscard]] rootfs::Policy policy_of(const Keys& keys, const rootfs::SigningKey& online, std::uint64_t number = 1);
[[nodiscard]] std::string sign(std::string_view type, const std::string& payload, const rootfs::SigningKey& key);

/// A small boot server over real HTTPS, with a menu, records and files, which can be told to misbehave.
class BootServer
{
public:
    using Talk = std::function<void(TlsServer::Peer&, const std::string& request)>;

    BootServer(const Keys& keys, const rootfs::testing_fetch::Identity& identity);

    /// "https://127.0.0.1:…"; stays the same while the server is away.
    [[nodiscard]] std::string url() const { return url_; }
    /// Answers no request and breaks connections off, until it is back.
    void go_away() { away_ = true; }
    void come_back() { away_ = false; }

    [[nodiscard]] rootfs::FileRef add_file(const std::string& content);
    /// An envelope to be given for /api/v1/records/<path>.
    void put_record(const std::string& path, const std::string& envelope);
    void set_menu(const std::string& json);
    /// Changes each statement before it is signed.
    void alter_statements(std::function<void(rootfs::Statement&)> alter);
    /// Signs statements with another key.
    void sign_statements_with(const rootfs::SigningKey& key);
    /// Answers requests for a path in another way; empty: as usual again.
    void answer(const std::string& path, Talk talk);

    /// Paths that were asked for, in order.
    [[nodiscard]] std::vector<std::string> requests() const;
    [[nodiscard]] std::string file(const std::string& path) const;

private:
    void talk(TlsServer::Peer& peer, const std::string& request);
    [[nodiscard]] std::string statement(const std::string& request) const;

    mutable std::mutex mutex_;
    std::map<std::string, std::string> answers_; ///< by path
    std::map<std::string, Talk> talks_;
    std::vector<std::string> requests_;
    std::function<void(rootfs::Statement&)> alter_;
    rootfs::SigningKey online_;
    std::atomic<bool> away_ = false;
    std::unique_ptr<TlsServer> server_;
    std::string url_;
};

/// Answers with the content, or with the range of it that the request asks for.
bool answer_file(TlsServer::Peer& peer, const std::string& request, const std::string& content);

} // namespace farboot::agent::testing_agent
